"""Admin of agents."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.admin.filters import OwnRowsFilter
from accounts.admin.labels import Labels
from accounts.admin.scoping import ScopedAdmin
from agents.choices import AiProvider, ProviderCheck
from agents.providers.fields import USED_BY
from telephony.admin.agent_form import WAYS, AgentForm
from telephony.admin.agent_revisions import RevisionsMixin
from telephony.admin.replacing import ReplacingDeletion
from telephony.admin.secrets import without_clearing
from telephony.admin.tool_secret import ToolSecretMixin
from telephony.admin.voices import VoicesMixin
from telephony.choices import AgentDirection
from telephony.models import Agent
from telephony.selectors import stand_ins
from telephony.services import agents
from telephony.services.agent_overrides import preview
from telephony.services.errors import Problems

_CHECKS = Labels({_("Accepted"): "success", _("Refused"): "danger", _("Not checked yet"): "info"})


def _in_sight(name: str, providers: Iterable[AiProvider]) -> str:
    """Return the condition for showing a field of certain providers."""
    own = " || ".join(f"ai_provider == '{provider.value}'" for provider in providers)
    return f"typeof ai_provider === 'undefined' || {own} || {name}"


@admin.register(Agent)
class AgentAdmin(VoicesMixin, RevisionsMixin, ToolSecretMixin, ReplacingDeletion, ScopedAdmin):
    """Save agents through their services. Hide the fields of other providers."""

    empty = _("An agent answers and places calls. It combines a system prompt, a voice and an AI provider.")
    add_words = _("Add agent")
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
    search_help_text = _("Name")
    autocomplete_fields = ["workspace"]
    fieldsets = [
        (None, {"fields": ["workspace", ("name", "direction"), "active"]}),
        (
            _("AI provider"),
            {
                "fields": [
                    "ai_provider",
                    "provider_agent_id",
                    "custom_endpoint",
                    "base_url",
                    ("stt_url", "tts_url"),
                    "llm_model",
                    ("stt_provider", "stt_key"),
                    ("tts_provider", "tts_key"),
                    ("stt_model", "tts_model"),
                    "embedding_model",
                    "stored_key",
                    "provider_key",
                    "clear_provider_key",
                ]
            },
        ),
        (
            _("Conversation"),
            {"fields": ["system_prompt", "greeting", "spoken", "require_variables", ("voice", "language")]},
        ),
        (_("Capabilities"), {"fields": ["transfers", "sends_digits", "tools", "shared"]}),
        (
            _("Silence and voicemail"),
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
            _("Post-call analysis"),
            {
                "description": _("Available for OpenAI agents and OpenAI-compatible models."),
                "fields": ["analyzes_calls", "analysis_model", "analysis_template", "analysis_schema"],
            },
        ),
        (_("Revision"), {"fields": ["revision_note"]}),
    ]
    # A field that the provider does not use is shown only while it holds a value, which must then be cleared.
    # A read-only page has no such variable and shows every field.
    conditional_fields = {
        **{name: _in_sight(name, providers) for name, providers in USED_BY.items()},
        "voicemail_message": "typeof ai_provider === 'undefined' || voicemail_action == 'leave_message'"
        " || (ai_provider == 'custom' && voicemail_message)",
        "analysis_schema": "(typeof analysis_template === 'undefined' || !analysis_template)"
        f" && ({_in_sight('analysis_schema', USED_BY['analysis_schema'])})",
    }

    @display(description=_("Direction"))
    def way(self, agent: Agent) -> str:
        return str(WAYS[AgentDirection(agent.direction)])

    @display(description=_("Provider"), ordering="ai_provider")
    def provider(self, agent: Agent) -> str:
        return str(AiProvider(agent.ai_provider).label)

    @display(description=_("Provider API key"), label=_CHECKS)
    def key_check(self, agent: Any) -> str:
        return str(ProviderCheck(agent.provider_check).label) if agent.has_key else gettext("None")

    @display(
        description=_("State"),
        label=Labels({_("Active"): "success", _("Default agent"): "success", _("Off"): "danger"}),
    )
    def state(self, agent: Any) -> str:
        return gettext("Default agent") if agent.is_default else gettext("Active") if agent.active else gettext("Off")

    @display(description=_("Preview"))
    def spoken(self, agent: Agent) -> str:
        """Return the texts as a call without variables of its own has them."""
        return render_to_string("admin/telephony/agent/preview.html", preview(agent, {}, {}, Problems()))

    @display(description=_("Reusable tools"))
    def shared(self, agent: Agent) -> str:
        """Return links to the workspace's tools that the agent uses."""
        links = [(reverse("admin:telephony_tool_change", args=[one["id"]]), one["name"]) for one in agent.reusable]
        return format_html_join(", ", '<a class="vx-link" href="{}">{}</a>', links) or gettext("None")

    @display(description=_("Provider API key"))
    def key_state(self, agent: Agent) -> str:
        return gettext("Stored") if agent.provider_key else gettext("None")

    def limit(self, rows: QuerySet[Any], access: Any) -> QuerySet[Any]:
        with_key = ExpressionWrapper(Q(provider_key__isnull=False) | Q(stored_key__isnull=False), BooleanField())
        limited: QuerySet[Any] = (
            super()
            .limit(rows, access)
            .annotate(has_key=with_key, is_default=Exists(stand_ins().filter(pk=OuterRef("pk"))))
        )
        return limited.defer("provider_key")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["workspace", "key_state", "way", "spoken", "shared"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Omit the key from read-only pages."""
        shown = without_clearing(super().get_fieldsets(request, obj), stored=bool(obj and obj.provider_key))
        if obj is None:
            later = ("spoken", "shared")  # once it exists
            return [
                (title, {**rest, "fields": [one for one in rest["fields"] if one not in later]})
                for title, rest in shown
            ]
        if self.has_change_permission(request, obj):
            return shown
        read = [(title, {**rest, "fields": _to_read(rest["fields"], obj)}) for title, rest in shown]
        return [(title, rest) for title, rest in read if title != "Revision" and rest["fields"]]

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in agents.FIELDS if name in form.cleaned_data}
        if change:
            named = set(form.changed_data) | ({"provider_key"} if form.changed_secret else set())
            changed = {name: value for name, value in values.items() if name in named}
            saved = agents.update_agent(obj, {**changed, "revision_note": form.cleaned_data["revision_note"]})
        else:
            note = {"revision_note": form.cleaned_data["revision_note"]}
            saved = agents.create_agent(form.cleaned_data["workspace"], {**values, **note})
        for warning in saved.warnings:
            messages.warning(request, warning)
        obj.__dict__.update(saved.__dict__)


def _to_read(fields: list[Any], agent: Agent) -> list[Any]:
    """Return the fields of a read-only page, without the empty ones of other providers."""
    instead = {"provider_key": "key_state", "direction": "way"}
    other = AgentAdmin.conditional_fields
    kept: list[Any] = []
    for one in fields:
        names = [name for name in ([one] if isinstance(one, str) else one) if not name.startswith("clear_")]
        told = [instead.get(name, name) for name in names if name not in other or getattr(agent, name)]
        kept += [told[0] if len(told) == 1 else tuple(told)] if told else []
    return kept
