"""Where a person's number or words may be kept: every text and JSON column is classified here, and a test sees to it.

`erasure.py` cleans what is named in `PERSONAL`. History rows of a model are classified with it.
"""

PERSONAL: dict[str, frozenset[str]] = {
    "accounts.IdempotencyRecord": frozenset({"answer"}),
    "accounts.ImportFile": frozenset({"content", "choices"}),
    "accounts.WebhookMessage": frozenset({"payload"}),
    "calls.AgentTest": frozenset({"variables", "transcript", "tools", "detail"}),
    "calls.Attempt": frozenset({"sip_status"}),
    "calls.Call": frozenset(
        {"to_number", "from_number", "to_typed", "from_typed", "metadata", "variables", "agent_overrides", "room_name"}
    ),
    "calls.CallAnalysis": frozenset({"summary", "outcome", "fields"}),
    "calls.Conversation": frozenset({"detail"}),
    "calls.DoNotCall": frozenset({"number", "note"}),
    "calls.Event": frozenset({"data"}),
    "calls.LiveKitEvent": frozenset({"room_name", "payload"}),
    "calls.Reception": frozenset({"transfer"}),
    "calls.Recording": frozenset({"room_name"}),
    "calls.ToolRun": frozenset({"arguments", "result"}),
    "calls.TranscriptItem": frozenset({"text"}),
    "calls.Transfer": frozenset({"to", "asked", "headers", "message"}),
}
# What a workspace says of itself, what the machines of both sides call things, and secrets.
OTHER: dict[str, frozenset[str]] = {
    "accounts.ApiKey": frozenset({"name", "identifier", "key_hash", "scopes"}),
    "accounts.AuthenticatorApp": frozenset({"name", "seed"}),
    "accounts.IdempotencyRecord": frozenset({"key", "request_hash"}),
    "accounts.ImportFile": frozenset({"kind"}),
    "accounts.Invitation": frozenset({"email", "last_error"}),  # of staff
    "accounts.RecoveryCodes": frozenset({"name", "salt", "hashes"}),
    "accounts.Session": frozenset({"session_key", "session_data", "address", "browser"}),
    "accounts.User": frozenset({"password", "first_name", "last_name", "email"}),  # of staff, deleted with the account
    "accounts.WebhookDelivery": frozenset({"last_error"}),
    "accounts.WebhookEndpoint": frozenset({"url", "event_types", "secret", "previous_secret", "disabled_reason"}),
    "accounts.WebhookMessage": frozenset({"event_type"}),
    "accounts.Workspace": frozenset({"slug", "name", "country", "time_zone"}),
    "calls.AgentTest": frozenset({"room_name", "measures", "reason"}),
    "calls.AgentWorker": frozenset({"host", "speech", "version"}),
    "calls.Alert": frozenset({"text", "end_text"}),  # figures and names of trunks
    "calls.AlertNotification": frozenset({"last_error"}),
    "calls.AlertRule": frozenset({"name", "email_to", "slack_url", "last_text"}),  # addresses of staff
    "calls.Attempt": frozenset({"livekit_trunk_id", "room_name", "sip_call_id", "livekit_call_id"}),
    "calls.Call": frozenset({"sip_call_id", "livekit_call_id"}),
    "calls.CallAnalysis": frozenset({"model", "template_name", "error"}),
    "calls.Conversation": frozenset({"worker", "measures"}),
    "calls.LiveKitEvent": frozenset({"event_id", "type"}),
    "calls.Reception": frozenset({"fallback"}),
    "calls.Recording": frozenset({"egress_id", "bucket", "key", "error"}),
    "calls.RunningDispatcher": frozenset({"host"}),
    "calls.ToolRun": frozenset({"name"}),
    "calls.Transfer": frozenset({"code"}),
    "calls.UsageDay": frozenset({"number", "direction", "outcome"}),  # the workspace's own number
    "telephony.Agent": frozenset({
        "name", "system_prompt", "greeting", "voice", "language", "provider_key", "provider_agent_id",
        "custom_endpoint", "base_url", "stt_url", "tts_url", "llm_model", "stt_model", "tts_model", "embedding_model",
        "voicemail_message",
        "silence_prompt", "tools", "transfers", "analysis_model", "analysis_schema",
    }),
    "telephony.AnalysisTemplate": frozenset({"name", "schema"}),
    "telephony.Gateway": frozenset({"ip_or_domain", "resolved"}),
    "telephony.HealthCheck": frozenset({"findings"}),
    "telephony.KnowledgeFile": frozenset({"content"}),
    "telephony.KnowledgeSource": frozenset({"name", "url", "filename", "error", "space"}),
    "telephony.LiveKitAlias": frozenset({"livekit_id"}),
    "telephony.LiveKitObject": frozenset({"livekit_id", "fingerprint", "last_error"}),
    "telephony.LiveKitProject": frozenset({
        "name", "url", "api_key", "api_secret", "sip_domain", "last_error", "sip_error", "lint",
    }),
    "telephony.McpServer": frozenset({
        "name", "url", "headers", "allowed_tools", "tools", "error", "session_id", "protocol",
    }),
    "telephony.Passage": frozenset({"place", "text", "words"}),  # what the workspace publishes to its callers
    "telephony.PhoneNumber": frozenset({
        "number", "label", "assistant_request_url", "assistant_request_secret", "business_hours", "holidays",
        "fallback_to", "fallback_message",
    }),
    "telephony.ProviderKey": frozenset({"name", "key", "base_url", "region", "provider_answer"}),
    "telephony.SeenQueue": frozenset({"name"}),
    "telephony.SipEndpoint": frozenset({"last_error", "warnings", "name", "sip_username", "sip_password"}),
    "telephony.SyncRun": frozenset({"error"}),
    "telephony.TelephonySettings": frozenset({
        "allowed_countries", "calling_days", "currency", "recording_announcement", "assistant_request_url",
        "assistant_request_secret", "business_hours", "holidays", "fallback_to", "fallback_message",
    }),
    "telephony.Tool": frozenset({"name", "description", "parameters", "url", "body", "secret"}),
    "telephony.ToolSecret": frozenset({"secret"}),
    "telephony.TrunkHealth": frozenset({"check_error", "last_error", "last_remedy"}),
    "telephony.Trunk": frozenset({
        "last_error", "warnings", "name", "carrier", "auth_username", "auth_password", "from_host", "tech_prefix",
        "from_user", "display_name", "headers", "headers_to_attributes", "attributes_to_headers", "transfer_headers",
        "codecs", "country",
    }),
}  # fmt: skip
