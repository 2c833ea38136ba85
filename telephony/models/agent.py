"""A voice agent: what answers and speaks."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from fernet_fields import EncryptedTextField
from simple_history.models import HistoricalRecords

from accounts.models import Workspace
from telephony.choices import AgentDirection, AiProvider, ProviderCheck
from telephony.validators import validate_provider_key
from voxa.safe_http import check_url

CHECK_FIELDS = ["provider_check", "provider_checked_at", "provider_check_due_at", "provider_check_failures"]


class Agent(models.Model):
    """The instructions of a voice agent. Its provider's secret never leaves but to the worker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="agents")
    name = models.CharField(max_length=100)
    direction = models.CharField(max_length=8, choices=AgentDirection.choices, default=AgentDirection.BOTH)
    system_prompt = models.TextField(blank=True, max_length=32_000)
    greeting = models.TextField(blank=True, max_length=2_000, help_text="Said first; empty lets the agent begin.")
    voice = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=35, blank=True, help_text="Such as en-US.")
    ai_provider = models.CharField("AI provider", max_length=10, choices=AiProvider.choices, default=AiProvider.OPENAI)
    provider_key = EncryptedTextField(null=True, blank=True, validators=[validate_provider_key])
    provider_agent_id = models.CharField(max_length=200, blank=True)
    custom_endpoint = models.CharField(max_length=500, blank=True, help_text="Such as wss://agent.example.com/voice.")
    provider_check = models.CharField(
        max_length=10, choices=ProviderCheck.choices, default=ProviderCheck.UNVERIFIED, editable=False
    )
    provider_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    provider_check_due_at = models.DateTimeField(null=True, blank=True, editable=False)  # None: nothing to ask
    provider_check_failures = models.PositiveSmallIntegerField(default=0, editable=False)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = HistoricalRecords(excluded_fields=["provider_key", *CHECK_FIELDS, "updated_at"])

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="agent_list"),
            models.Index(fields=["-created_at", "-id"], name="agent_newest"),
            models.Index(fields=["provider_check_due_at"], name="agent_check_due"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(direction__in=AgentDirection.values), name="agent_direction"),
            models.CheckConstraint(condition=models.Q(ai_provider__in=AiProvider.values), name="agent_ai_provider"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.custom_endpoint:
            try:
                check_url(self.custom_endpoint, schemes=("wss",))
            except ValidationError as error:
                raise ValidationError({"custom_endpoint": error}) from error
