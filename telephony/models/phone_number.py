"""A phone number (DID) on a trunk."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from accounts.models.history import recorded
from telephony.models.agent import Agent
from telephony.models.answering import Answering
from telephony.models.livekit_project import LiveKitProject
from telephony.models.telephony_settings import TelephonySettings
from telephony.models.trunk import Trunk
from voxa.core.number_fields import NumberField


def unpin(collector: Any, field: Any, numbers: Any, using: str) -> None:
    """Clear the agent of numbers whose agent is deleted, and the revision with it."""
    models.SET_NULL(collector, field, numbers, using)
    collector.add_field_update(PhoneNumber._meta.get_field("agent_revision"), None, numbers)


class PhoneNumber(Answering):
    """A number on its trunk, and the agent that answers it.

    `workspace` and `project` repeat the trunk's, so that the database itself keeps a number unique per LiveKit
    project: LiveKit accepts one inbound trunk per number, whichever workspace it belongs to.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="numbers", editable=False)
    project = models.ForeignKey(LiveKitProject, on_delete=models.PROTECT, related_name="numbers", editable=False)
    trunk = models.ForeignKey(Trunk, on_delete=models.CASCADE, related_name="numbers")
    number = NumberField(max_length=16, help_text="Stored as E.164, such as +15550100000.")
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=unpin, related_name="numbers")
    agent_revision = models.PositiveIntegerField(
        "revision",
        null=True,
        blank=True,
        help_text="The number of the agent's revision that answers, for example 3. Empty: always the newest.",
    )
    transfer_trunk = models.ForeignKey(
        Trunk, null=True, blank=True, on_delete=models.SET_NULL, related_name="transfer_numbers"
    )
    label = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    history = recorded(without=["assistant_request_secret"])

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("phone number"), _("phone numbers")
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="number_list"),
            models.Index(fields=["-created_at", "-id"], name="number_newest"),
            models.Index(fields=["trunk", "number"], name="number_trunk"),
            models.Index(fields=["workspace", "number"], name="number_own"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "number"],
                name="number_once_per_project",
                violation_error_message="This number is already in use on this LiveKit server. Choose another one.",
            )
        ]

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.adopt_trunk()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        for field in ("agent", "transfer_trunk"):
            other = getattr(self, field)
            if other is not None and other.workspace_id != self.workspace_id:
                foreign = ValidationError("Choose one from the same workspace.", code="foreign")
                raise ValidationError({field: foreign})

    @property
    def number_country(self) -> str:
        """Return the country used to parse national formats."""
        return self.trunk.number_country if self.trunk_id else self.workspace.country

    def adopt_trunk(self) -> None:
        """Set workspace and project from the trunk, before validation too."""
        self.workspace_id = self.trunk.workspace_id
        if self._state.adding:
            self.project_id = TelephonySettings.project_of(self.workspace_id)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        if self.trunk_id is not None:
            self.adopt_trunk()
        super().full_clean(*args, **kwargs)
