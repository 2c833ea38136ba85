"""Bodies of the agent-trunk reference, as it prints them."""

from typing import Any

TRUNKS = "/v1/trunks"
OPENAI: dict[str, Any] = {
    "name": "OpenAI Realtime Agent",
    "ai_provider": "openai",
    "sip_username": "oai-agent-01",
    "sip_password": "s3cur3P@ssw0rd!",
    "openai_api_key": "sk-openai-abc123...",
    "system_prompt": "You are a helpful assistant.",
}
ELEVENLABS: dict[str, Any] = {
    "name": "ElevenLabs Sales Agent",
    "ai_provider": "elevenlabs",
    "sip_username": "el-sales-01",
    "sip_password": "s3cur3P@ssw0rd!",
    "elevenlabs_api_key": "el_api_abc123...",
    "elevenlabs_agent_id": "agent_xyz789...",
}
CUSTOM: dict[str, Any] = {
    "name": "Custom WebSocket Agent",
    "ai_provider": "custom",
    "sip_username": "custom-agent-01",
    "sip_password": "s3cur3P@ssw0rd!",
    "custom_endpoint": "wss://your-agent.example.com/voice",
}
