"""Agents: what answers and speaks."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminExpandableTextareaWidget

from accounts.admin.scoping import ScopedAdmin
from telephony.admin.secrets import WriteOnlyForm, clear_field, secret_field, without_clearing
from telephony.admin.tool_secret import ToolSecretMixin
from telephony.models import Agent
from telephony.services import agents


class AgentForm(WriteOnlyForm):
    """An agent; its provider's key is write-only."""

    write_only = "provider_key"
    system_prompt = forms.CharField(
        required=False,
        max_length=32_000,
        widget=UnfoldAdminExpandableTextareaWidget,
        help_text="Who it is, what it knows, what it may do.",
    )
    greeting = forms.CharField(
        required=False,
        max_length=2_000,
        widget=UnfoldAdminExpandableTextareaWidget,
        help_text="Said first; empty lets the agent begin.",
    )
    provider_key = secret_field("Provider's key")
    clear_provider_key = clear_field("Remove the stored key")

    class Meta:
        model = Agent
        fields = "__all__"


@admin.register(Agent)
class AgentAdmin(ToolSecretMixin, ScopedAdmin):
    """Agents, saved through their services. Fields of other providers are out of sight."""

    form = AgentForm
    list_display = ["name", "state", "direction", "ai_provider", "voice", "language", "workspace"]
    list_select_related = ["workspace"]
    list_filter = [
        "active",
        ("direction", ChoicesDropdownFilter),
        ("ai_provider", ChoicesDropdownFilter),
        ("workspace", AutocompleteSelectFilter),
    ]
    search_fields = ["name"]
    search_help_text = "Name"
    autocomplete_fields = ["workspace"]
    fieldsets = [
        (None, {"fields": ["workspace", ("name", "direction"), "active"]}),
        ("What it says", {"fields": ["system_prompt", "greeting", ("voice", "language")]}),
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
        ("What it may do", {"fields": ["tools", "transfers", "sends_digits"]}),
        ("After the call", {"fields": ["analyzes_calls", "analysis_model", "analysis_schema"]}),
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

    @display(description="State", label={"Active": "success", "Off": "danger"})
    def state(self, agent: Agent) -> str:
        return "Active" if agent.active else "Off"

    @display(description="Provider's key")
    def key_state(self, agent: Agent) -> str:
        return "Stored" if agent.provider_key else "None"

    def limit(self, rows: QuerySet[Any], access: Any) -> QuerySet[Any]:
        return super().limit(rows, access).defer("provider_key")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["workspace", "key_state"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the key out where it would be shown rather than asked for."""
        shown = without_clearing(super().get_fieldsets(request, obj), stored=bool(obj and obj.provider_key))
        if obj is None or self.has_change_permission(request, obj):
            return shown
        kept = [name for name in shown[-1][1]["fields"] if name != "provider_key"]
        return [*shown[:-1], (shown[-1][0], {"fields": [*kept, "key_state"]})]

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in agents.FIELDS if name in form.cleaned_data}
        if change:
            named = set(form.changed_data) | ({"provider_key"} if form.changed_secret else set())
            saved = agents.update_agent(obj, {name: value for name, value in values.items() if name in named})
        else:
            saved = agents.create_agent(form.cleaned_data["workspace"], values)
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: Agent) -> None:
        agents.delete_agent(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Agent]) -> None:
        for agent in queryset:
            agents.delete_agent(agent)
