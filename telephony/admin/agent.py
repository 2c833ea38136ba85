"""Agents: what answers and speaks."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminExpandableTextareaWidget

from accounts.admin.filters import OwnRowsFilter
from accounts.admin.scoping import ScopedAdmin
from telephony.admin.json_fields import ReadableJson
from telephony.admin.secrets import WriteOnlyForm, clear_field, secret_field, without_clearing
from telephony.admin.tool_secret import ToolSecretMixin
from telephony.choices import AgentDirection, AiProvider, ProviderCheck
from telephony.models import Agent
from telephony.services import agents

_CHECKS = {"Accepted": "success", "Refused": "danger", "Not checked yet": "info"}
WAYS = {
    AgentDirection.INBOUND: "Calls that come in",
    AgentDirection.OUTBOUND: "Calls that go out",
    AgentDirection.BOTH: "Calls in and out",
}


class AgentForm(WriteOnlyForm):
    """An agent; its provider's key is write-only."""

    write_only = "provider_key"
    system_prompt = forms.CharField(
        label="Instructions",
        required=False,
        max_length=32_000,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"rows": 6}),
        help_text="Who it is, what it knows, what it may do.",
    )
    greeting = forms.CharField(
        required=False,
        max_length=2_000,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"rows": 2}),
        help_text="Said first; empty lets the agent begin.",
    )
    voicemail_message = forms.CharField(
        label="Message to leave",
        required=False,
        max_length=2_000,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"rows": 2}),
    )
    transfers = ReadableJson(
        list,
        [{"name": "sales", "to": "+15550100001", "mode": "warm", "description": "Questions about prices"}],
        label="Hands calls over to",
        help_text="A list; each entry has a name, whom to call, how (warm: announced, or cold) and when.",
    )
    tools = ReadableJson(
        list,
        [
            {
                "name": "find_order",
                "description": "Finds an order by its number.",
                "url": "https://api.example.com/orders",
                "parameters": {"type": "object", "properties": {"number": {"type": "string"}}},
            }
        ],
        label="Tools",
        help_text="A list of functions of yours that it may call, each with its parameters as a JSON schema.",
    )
    analysis_schema = ReadableJson(
        dict,
        {"type": "object", "properties": {"callback": {"type": "boolean", "description": "Wants to be called back"}}},
        label="What to find out",
        help_text="A JSON schema of the fields that are filled in for each call, beside summary and outcome.",
    )
    provider_key = secret_field("Provider's key")
    clear_provider_key = clear_field("Remove the stored key")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "direction" in self.fields:  # not where the page is only read
            choice: Any = self.fields["direction"]
            choice.choices = list(WAYS.items())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        workspace = cleaned.get("workspace") or getattr(self.instance, "workspace", None)
        if "transfers" in cleaned and workspace:
            cleaned["transfers"] = agents.spelled(cleaned["transfers"], workspace.country)
        named = {name: value for name, value in cleaned.items() if name != "provider_key" or self.changed_secret}
        if not self.instance._state.adding and agents.needs_key_again(self.instance, named):
            self.add_error("provider_key", agents.KEY_AGAIN)
        return cleaned

    class Meta:
        model = Agent
        fields = "__all__"
        labels = {
            "direction": "Takes part in",
            "ai_provider": "Provider",
            "provider_agent_id": "Its id at the provider",
            "custom_endpoint": "WebSocket address",
            "system_prompt": "Instructions",
            "tools": "Tools",
            "transfers": "Hands calls over to",
            "sends_digits": "Presses keys",
            "silence_seconds": "Ask after silence of",
            "silence_prompts": "Ask at most",
            "silence_prompt": "What it asks",
            "voicemail_action": "When a voicemail answers",
            "voicemail_message": "Message to leave",
            "analyzes_calls": "Analyse calls",
            "analysis_model": "Model that analyses",
            "analysis_schema": "What to find out",
        }
        help_texts = {
            "silence_seconds": "Seconds without a word, until the caller is asked whether they are there. 0: never.",
            "silence_prompts": "Times, before the call is ended.",
        }


@admin.register(Agent)
class AgentAdmin(ToolSecretMixin, ScopedAdmin):
    """Agents, saved through their services. Fields of other providers are out of sight."""

    empty = "An agent answers and makes calls: who it is, what it says, and which AI speaks for it."
    add_words = "Make an agent"
    form = AgentForm
    list_display = ["name", "state", "way", "provider", "key_check", "language", "workspace"]
    list_select_related = ["workspace"]
    list_filter = [
        "active",
        ("direction", ChoicesDropdownFilter),
        ("ai_provider", ChoicesDropdownFilter),
        ("workspace", OwnRowsFilter),
    ]
    search_fields = ["name"]
    search_help_text = "Name"
    autocomplete_fields = ["workspace"]
    fieldsets = [
        (None, {"fields": ["workspace", ("name", "direction"), "active"]}),
        (
            "Who speaks for it",
            {
                "fields": [
                    "ai_provider",
                    "provider_agent_id",
                    "custom_endpoint",
                    "base_url",
                    ("stt_url", "tts_url"),
                    "llm_model",
                    ("stt_model", "tts_model"),
                    "provider_key",
                    "clear_provider_key",
                ]
            },
        ),
        ("What it says", {"fields": ["system_prompt", "greeting", ("voice", "language")]}),
        ("What it may do", {"fields": ["transfers", "sends_digits", "tools"]}),
        (
            "Silence and voicemail",
            {
                "fields": [
                    ("silence_seconds", "silence_prompts"),
                    "silence_prompt",
                    "voicemail_action",
                    "voicemail_message",
                ]
            },
        ),
        (
            "After the call",
            {
                "description": "For agents of OpenAI and of models that speak as OpenAI's do.",
                "fields": ["analyzes_calls", "analysis_model", "analysis_schema"],
            },
        ),
    ]
    # Where the page is only read there is no such variable, and everything is in sight.
    conditional_fields = {
        name: f"typeof ai_provider === 'undefined' || ai_provider {rule}"
        for name, rule in {
            "provider_agent_id": "== 'elevenlabs'",
            "custom_endpoint": "== 'custom'",
            "voice": "!= 'elevenlabs'",
            "language": "!= 'elevenlabs'",
            "base_url": "!= 'custom'",
            "llm_model": "== 'openai' || ai_provider == 'pipeline'",
            **dict.fromkeys(("stt_url", "tts_url", "stt_model", "tts_model"), "== 'pipeline'"),
            **dict.fromkeys(
                ("analyzes_calls", "analysis_model", "analysis_schema"), "== 'openai' || ai_provider == 'pipeline'"
            ),
            "voicemail_message": "&& voicemail_action == 'leave_message'",
        }.items()
    }

    @display(description="Takes part in")
    def way(self, agent: Agent) -> str:
        return WAYS[AgentDirection(agent.direction)]

    @display(description="Provider", ordering="ai_provider")
    def provider(self, agent: Agent) -> str:
        return str(AiProvider(agent.ai_provider).label)

    @display(description="Provider's key", label=_CHECKS)
    def key_check(self, agent: Any) -> str:
        return str(ProviderCheck(agent.provider_check).label) if agent.has_key else "None"

    @display(description="State", label={"Active": "success", "Off": "danger"})
    def state(self, agent: Agent) -> str:
        return "Active" if agent.active else "Off"

    @display(description="Provider's key")
    def key_state(self, agent: Agent) -> str:
        return "Stored" if agent.provider_key else "None"

    def limit(self, rows: QuerySet[Any], access: Any) -> QuerySet[Any]:
        with_key = ExpressionWrapper(Q(provider_key__isnull=False), BooleanField())
        limited: QuerySet[Any] = super().limit(rows, access).annotate(has_key=with_key)
        return limited.defer("provider_key")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["workspace", "key_state", "way"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the key out where it would be shown rather than asked for."""
        shown = without_clearing(super().get_fieldsets(request, obj), stored=bool(obj and obj.provider_key))
        if obj is None or self.has_change_permission(request, obj):
            return shown
        return [(title, {**rest, "fields": _to_read(rest["fields"], obj)}) for title, rest in shown]

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in agents.FIELDS if name in form.cleaned_data}
        if change:
            named = set(form.changed_data) | ({"provider_key"} if form.changed_secret else set())
            saved = agents.update_agent(obj, {name: value for name, value in values.items() if name in named})
            for warning in saved.warnings:
                messages.warning(request, warning)
        else:
            saved = agents.create_agent(form.cleaned_data["workspace"], values)
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: Agent) -> None:
        agents.delete_agent(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Agent]) -> None:
        for agent in queryset:
            agents.delete_agent(agent)


def _to_read(fields: list[Any], agent: Agent) -> list[Any]:
    """Return the fields of a page that is only read: none that is empty because it is another provider's."""
    instead = {"provider_key": "key_state", "direction": "way"}
    other = AgentAdmin.conditional_fields
    kept: list[Any] = []
    for one in fields:
        names = [name for name in ([one] if isinstance(one, str) else one) if not name.startswith("clear_")]
        told = [instead.get(name, name) for name in names if name not in other or getattr(agent, name)]
        kept += [told[0] if len(told) == 1 else tuple(told)] if told else []
    return kept
