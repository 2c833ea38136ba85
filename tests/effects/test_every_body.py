"""No body of the API goes without a walk of its fields: a new one is added here with the place of its tests."""

from pathlib import Path
from typing import Any

from tests.api.committed import committed

ROOT = Path(__file__).resolve().parents[2]
WALKED = {
    "TrunkRequest": "tests/effects/test_trunk_fields.py",
    "AgentRequest": "tests/effects/test_agent_fields.py",
    "RestoreRequest": "tests/telephony/test_agent_revisions.py",
    "PreviewRequest": "tests/telephony/test_agent_preview.py",
    "KnowledgeRequest": "tests/telephony/knowledge/test_sources_api.py",
    "ReusableToolRequest": "tests/telephony/test_reusable_tools.py",
    "ToolTestRequest": "tests/telephony/test_reusable_tools.py",
    "AnalysisTemplateRequest": "tests/telephony/test_analysis_templates.py",
    "AnalysisTestRequest": "tests/calls/abilities/test_analysis_templates.py",
    "McpServerRequest": "tests/telephony/mcp/test_servers_api.py",
    "ProviderKeyRequest": "tests/telephony/test_provider_keys.py",
    "NumberRequest": "tests/effects/test_number_fields.py",
    "PlaceCallRequest": "tests/effects/test_call_fields.py",
    "StartTestRequest": "tests/calls/agent_tests/test_starting.py",
    "TransferRequest": "tests/effects/test_call_fields.py",
    "TelephonySettingsRequest": "tests/effects/test_settings_fields.py",
    "SayRequest": "tests/calls/abilities/test_agent_control.py",
    "WhisperRequest": "tests/calls/abilities/test_agent_control.py",
    "DigitsRequest": "tests/calls/abilities/test_digits.py",
    "AddNumbersRequest": "tests/calls/test_do_not_call_api.py",
    "WebhookEndpointRequest": "tests/accounts/test_webhooks_api.py",
    "NewTransferTrunkRequest": "tests/dialects/test_reference_fields.py",
    "NewOutboundTrunkRequest": "tests/dialects/test_reference_fields.py",
    "NewAgentTrunkRequest": "tests/dialects/test_agent_trunks_examples.py",
    "AgentTrunkChangeRequest": "tests/dialects/test_agent_trunks.py",
}


def _bodies(schema: dict[str, Any]) -> set[str]:
    """Return the names of the bodies that are sent as JSON; those of a change are the same as of a creation."""
    operations = [one for path in schema["paths"].values() for one in path.values() if isinstance(one, dict)]
    contents = [one["requestBody"]["content"] for one in operations if "requestBody" in one]
    refs = [
        content["application/json"]["schema"].get("$ref", "") for content in contents if "application/json" in content
    ]
    return {ref.rpartition("/")[2].removeprefix("Patched") for ref in refs}


def test_the_fields_of_every_body_are_walked() -> None:
    assert _bodies(committed()) == WALKED.keys()
    assert [place for place in WALKED.values() if not (ROOT / place).is_file()] == []
