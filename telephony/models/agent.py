"""Voice agents."""

import uuid
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from fernet_fields import EncryptedTextField

from accounts.models import Workspace
from accounts.models.history import Noted, recorded
from agents.choices import AiProvider, ProviderCheck, SttProvider, TtsProvider
from telephony.choices import AgentDirection, VoicemailAction
from telephony.models.abilities import validate_object_schema, validate_tools, validate_transfers
from telephony.models.analysis_template import AnalysisTemplate
from telephony.models.provider_key import ProviderKey
from telephony.validators import validate_provider_key
from voxa.core.choice_fields import ChoiceField
from voxa.core.safe_http import check_url
from voxa.core.values.fields import LanguageField

# Fields with a URL that the agent worker calls, and their allowed schemes.
URLS = {
    "custom_endpoint": ("wss",),
    "base_url": ("https",),
    "stt_url": ("https",),
    "tts_url": ("https",),
}
KEYS = ("stored_key", "stt_key", "tts_key")  # of the workspace
CHECK_FIELDS = ["provider_check", "provider_checked_at", "provider_check_due_at", "provider_check_failures"]


class Agent(models.Model):
    """The configuration of a voice agent. Its provider key is sent to the worker only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="agents")
    name = models.CharField(max_length=100)
    direction = models.CharField(max_length=8, choices=AgentDirection.choices, default=AgentDirection.BOTH)
    system_prompt = models.TextField(blank=True, max_length=32_000)
    greeting = models.TextField(
        blank=True, max_length=2_000, help_text="Spoken first. Empty: the model opens the conversation."
    )
    require_variables = models.BooleanField(
        default=False,
        help_text="Reject a call that does not send every variable that the texts use without a default.",
    )
    voice = models.CharField(max_length=100, blank=True)
    language = LanguageField(max_length=35, blank=True, help_text="A BCP 47 tag such as en-US.")
    ai_provider = models.CharField("AI provider", max_length=10, choices=AiProvider.choices, default=AiProvider.OPENAI)
    provider_key = EncryptedTextField(null=True, blank=True, validators=[validate_provider_key])
    stored_key = models.ForeignKey(
        ProviderKey,
        verbose_name="workspace's provider key",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="agents",
        help_text="Instead of a key of its own.",
    )
    provider_agent_id = models.CharField(max_length=200, blank=True)
    custom_endpoint = models.CharField(max_length=500, blank=True, help_text="Such as wss://agent.example.com/voice.")
    base_url = models.CharField(
        "base URL",
        max_length=500,
        blank=True,
        help_text="URL of an OpenAI-compatible API, such as https://models.example.com/v1. Empty: the "
        "provider's default.",
    )
    stt_url = models.CharField(
        "speech recognition URL", max_length=500, blank=True, help_text="If different from the base URL."
    )
    tts_url = models.CharField(
        "speech synthesis URL", max_length=500, blank=True, help_text="If different from the base URL."
    )
    llm_model = models.CharField("language model", max_length=100, blank=True, help_text="Empty: the default model.")
    stt_model = models.CharField("speech recognition model", max_length=100, blank=True)
    tts_model = models.CharField("speech synthesis model", max_length=100, blank=True)
    stt_provider = ChoiceField(
        "speech recognition provider",
        max_length=10,
        choices=SttProvider.choices,
        blank=True,
        help_text="Recognizes speech while it is spoken. Empty: the OpenAI-compatible server.",
    )
    stt_key = models.ForeignKey(
        ProviderKey,
        verbose_name="speech recognition key",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="recognizing_agents",
        help_text="A key of the workspace for that provider.",
    )
    tts_provider = ChoiceField(
        "speech synthesis provider",
        max_length=10,
        choices=TtsProvider.choices,
        blank=True,
        help_text="Speaks while the answer is written. Empty: the OpenAI-compatible server.",
    )
    tts_key = models.ForeignKey(
        ProviderKey,
        verbose_name="speech synthesis key",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="speaking_agents",
        help_text="A key of the workspace for that provider.",
    )
    embedding_model = models.CharField(
        max_length=100, blank=True, help_text="Compares questions with knowledge by meaning. Empty: the default model."
    )
    voicemail_action = models.CharField(
        max_length=13, choices=VoicemailAction.choices, blank=True, default=VoicemailAction.NONE
    )
    voicemail_message = models.TextField(blank=True, max_length=2_000, help_text="Spoken after the voicemail greeting.")
    silence_seconds = models.PositiveSmallIntegerField(
        default=10,
        validators=[MaxValueValidator(300)],
        help_text="Seconds of silence before the agent asks whether the caller is still there. 0: never.",
    )
    silence_prompt = models.CharField(max_length=500, blank=True, help_text="Empty: Are you still there?")
    silence_prompts = models.PositiveSmallIntegerField(
        default=2, validators=[MaxValueValidator(10)], help_text="Number of prompts before the agent hangs up."
    )
    tools = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_tools],
        help_text="HTTP functions, each with name, description, url, and parameters as a JSON schema.",
    )
    transfers = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_transfers],
        help_text="Transfer targets, each with name, to, mode (cold or warm) and description.",
    )
    sends_digits = models.BooleanField(
        "can send DTMF", default=False, help_text="Allows the agent to send DTMF tones, for example to navigate an IVR."
    )
    analyzes_calls = models.BooleanField(
        default=False,
        help_text="After each call, a language model writes a summary, the outcome and your analysis fields.",
    )
    analysis_model = models.CharField(max_length=100, blank=True, help_text="Empty: the default model.")
    analysis_schema = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_object_schema],
        help_text="A JSON schema of the fields to extract from each call.",
    )
    analysis_template = models.ForeignKey(
        AnalysisTemplate,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="agents",
        help_text="Instead of analysis fields of its own.",
    )
    provider_check = models.CharField(
        max_length=10, choices=ProviderCheck.choices, default=ProviderCheck.UNVERIFIED, editable=False
    )
    provider_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    provider_check_due_at = models.DateTimeField(null=True, blank=True, editable=False)  # None: nothing to check
    provider_check_failures = models.PositiveSmallIntegerField(default=0, editable=False)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = recorded(without=["provider_key", *KEYS, *CHECK_FIELDS, "updated_at"], base=Noted)
    revision_note = ""  # of the next save
    warnings: Sequence[str] = ()  # messages on side effects of the last change; not stored

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("agent"), _("agents")
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="agent_list"),
            models.Index(fields=["-created_at", "-id"], name="agent_newest"),
            models.Index(fields=["provider_check_due_at"], name="agent_check_due"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(direction__in=AgentDirection.values), name="agent_direction"),
            models.CheckConstraint(condition=models.Q(ai_provider__in=AiProvider.values), name="agent_ai_provider"),
            models.CheckConstraint(
                condition=models.Q(stt_provider__in=["", *SttProvider.values]), name="agent_stt_provider"
            ),
            models.CheckConstraint(
                condition=models.Q(tts_provider__in=["", *TtsProvider.values]), name="agent_tts_provider"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """Return the key that the provider gets: the workspace's, or the agent's own, if any."""
        return self.stored_key.key if self.stored_key else self.provider_key or ""

    @property
    def speech_providers(self) -> set[str]:
        """Return the providers whose own protocol its speech uses."""
        return {self.stt_provider, self.tts_provider} - {""} if self.ai_provider == AiProvider.PIPELINE else set()

    @cached_property
    def reusable(self) -> list[dict[str, Any]]:
        """Return the workspace's tools that it uses, in the form of its own ones."""
        rows = self.reusable_tools.filter(workspace=self.workspace_id)
        return [tool.as_own for tool in rows.defer("secret").order_by("name")]

    def clean(self) -> None:
        super().clean()
        problems: dict[str, ValidationError] = {}
        for name, schemes in URLS.items():
            if value := getattr(self, name):
                try:
                    setattr(self, name, check_url(value, schemes=schemes, query=name == "custom_endpoint"))
                except ValidationError as error:
                    problems[name] = error
        if self.voicemail_action == VoicemailAction.LEAVE_MESSAGE and not self.voicemail_message:
            problems["voicemail_message"] = ValidationError("Enter the message to leave on voicemail.", code="required")
        if problems:
            raise ValidationError(problems)
