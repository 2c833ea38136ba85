"""The form of an agent in the admin."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminExpandableTextareaWidget, UnfoldAdminTextInputWidget

from agents.providers.fields import unused
from telephony.admin.json_fields import ANALYSIS_EXAMPLE, ReadableJson
from telephony.admin.secrets import WriteOnlyForm, clear_field, secret_field
from telephony.admin.voices import VoiceInput
from telephony.choices import AgentDirection
from telephony.models import Agent
from telephony.models.agent import KEYS
from telephony.services import agents
from telephony.services.agent_keys import BOTH, SPEECH, check_keys, check_speech
from telephony.services.errors import Problems
from telephony.services.tools import check_own_tools

WAYS = {
    AgentDirection.INBOUND: _("Inbound calls"),
    AgentDirection.OUTBOUND: _("Outbound calls"),
    AgentDirection.BOTH: _("Inbound and outbound calls"),
}
ELSEWHERE = _("Choose one from the same workspace.")


class AgentForm(WriteOnlyForm):
    """An agent. The provider's API key is write-only."""

    write_only = "provider_key"
    system_prompt = forms.CharField(
        label=_("Instructions"),
        required=False,
        max_length=32_000,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"rows": 6}),
        help_text=_("The agent's role, what it knows and what it may do. {{name}} and {{name|default}} are variables."),
    )
    greeting = forms.CharField(
        required=False,
        max_length=2_000,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"rows": 2}),
        help_text=_("Spoken first. Leave empty to let the model open the conversation."),
        label=_("Greeting"),
    )
    voicemail_message = forms.CharField(
        label=_("Voicemail message"),
        required=False,
        max_length=2_000,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"rows": 2}),
    )
    transfers = ReadableJson(
        list,
        [{"name": "sales", "to": "+15550100001", "mode": "warm", "description": "Questions about prices"}],
        label=_("Transfer targets"),
        help_text=_("A JSON list. Each has a name, a number or SIP URI (to), a mode (warm or cold), a description."),
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
        label=_("Tools"),
        help_text=_(
            "A JSON list of HTTP functions that the agent may call, each with its parameters as a JSON schema. "
            "The path and query of a URL and the texts of a body may have placeholders such as {{order}}."
        ),
    )
    analysis_schema = ReadableJson(
        dict,
        ANALYSIS_EXAMPLE,
        label=_("Analysis fields"),
        help_text=_("What to extract from each call, besides summary and outcome: as rows or as a JSON schema."),
    )
    revision_note = forms.CharField(
        label=_("Note on this change"),
        required=False,
        max_length=300,
        help_text=_("Shown in the history."),
        widget=UnfoldAdminTextInputWidget,
    )
    provider_key = secret_field(_("Provider API key"))
    clear_provider_key = clear_field(_("Remove the stored API key"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "direction" in self.fields:  # not where the page is only read
            choice: Any = self.fields["direction"]
            choice.choices = list(WAYS.items())
        for name in (*KEYS, "analysis_template"):
            if name in self.fields and not self.instance._state.adding:
                choice = self.fields[name]
                choice.queryset = choice.queryset.filter(workspace=self.instance.workspace_id)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._match_stored_key(cleaned)
        self._match_speech(cleaned)
        self._match_template(cleaned)
        workspace = cleaned.get("workspace") or getattr(self.instance, "workspace", None)
        if "transfers" in cleaned and workspace:
            cleaned["transfers"] = agents.spelled(cleaned["transfers"], workspace.country)
        named = {name: value for name, value in cleaned.items() if name != "provider_key" or self.changed_secret}
        given = cleaned if self.instance._state.adding else {name: cleaned.get(name) for name in self.changed_data}
        for name, words in unused(cleaned.get("ai_provider", ""), given).items():
            if name in self.fields:
                self.add_error(name, words)
        if not self.instance._state.adding and agents.needs_key_again(self.instance, named):
            self.add_error("provider_key", agents.KEY_AGAIN)
        return cleaned

    def _match_stored_key(self, cleaned: dict[str, Any]) -> None:
        """Replace the agent's own key by a chosen one of the workspace, and the reverse."""
        chosen, entered = "stored_key" in self.changed_data, "provider_key" in self.changed_data
        workspace = cleaned.get("workspace") or getattr(self.instance, "workspace", None)
        key = cleaned.get("stored_key")
        if chosen and key and entered:
            self.add_error("stored_key", BOTH)
        elif chosen and key and workspace and key.workspace_id != workspace.pk:
            self.add_error("stored_key", ELSEWHERE)
        elif key and entered:
            cleaned["stored_key"] = None

    def _match_speech(self, cleaned: dict[str, Any]) -> None:
        """Drop the key of a provider of speech that is no longer chosen; refuse one of another workspace."""
        workspace = cleaned.get("workspace") or getattr(self.instance, "workspace", None)
        for name, provider in SPEECH.items():
            if provider in self.changed_data and name not in self.changed_data and not cleaned.get(provider):
                cleaned[name] = None
            key = cleaned.get(name)
            if name in self.changed_data and key and workspace and key.workspace_id != workspace.pk:
                self.add_error(name, ELSEWHERE)

    def _match_template(self, cleaned: dict[str, Any]) -> None:
        """Drop the agent's own analysis fields, which a chosen template hides; refuse one of another workspace."""
        workspace = cleaned.get("workspace") or getattr(self.instance, "workspace", None)
        if template := cleaned.get("analysis_template"):
            cleaned["analysis_schema"] = {}
            if workspace and template.workspace_id != workspace.pk:
                self.add_error("analysis_template", ELSEWHERE)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        check_keys(self.instance, problems := Problems())
        check_speech(self.instance, problems)
        if "tools" not in self.errors:
            check_own_tools(self.instance, problems)
        for name, errors in problems.items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, errors)

    class Media:
        js = ["voxa/schema_rows.js"]

    class Meta:
        model = Agent
        fields = "__all__"
        labels = {
            "direction": _("Direction"),
            "ai_provider": _("Provider"),
            "provider_agent_id": _("Provider agent ID"),
            "custom_endpoint": _("WebSocket URL"),
            "system_prompt": _("Instructions"),
            "tools": _("Tools"),
            "transfers": _("Transfer targets"),
            "sends_digits": _("Can send DTMF"),
            "silence_seconds": _("Silence timeout"),
            "silence_prompts": _("Max silence prompts"),
            "silence_prompt": _("Silence prompt"),
            "voicemail_action": _("On voicemail"),
            "voicemail_message": _("Voicemail message"),
            "analyzes_calls": _("Analyze calls"),
            "analysis_model": _("Analysis model"),
            "analysis_schema": _("Analysis fields"),
            "analysis_template": _("Analysis template"),
        }
        widgets = {"voice": VoiceInput}
        help_texts = {
            "silence_seconds": _("Seconds of silence before the agent asks if the caller is still there. 0: never."),
            "silence_prompts": _("Number of prompts before the agent hangs up."),
        }
