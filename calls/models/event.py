"""Timeline events of calls, raw LiveKit events, and daily usage."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from calls.choices import EventType
from calls.models.attempt import Attempt
from calls.models.call import Call
from telephony.models import LiveKitProject
from voxa.core.choice_fields import ChoiceField
from voxa.core.number_fields import NumberField


class Event(models.Model):
    """An event of a call's timeline: `type` for programs, `data` with the details."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="call_events")
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="events")
    attempt = models.ForeignKey(Attempt, null=True, blank=True, on_delete=models.CASCADE, related_name="events")
    type = ChoiceField(max_length=48, choices=EventType.choices)
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()
    once = models.UUIDField(null=True, editable=False)  # what is recorded, if it may be reported twice

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["call", "at", "id"], name="event_timeline")]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "type", "once"], condition=models.Q(once__isnull=False), name="event_once"
            )
        ]

    def __str__(self) -> str:
        return self.type


class LiveKitEvent(models.Model):
    """A raw LiveKit webhook event, stored once before it is processed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(LiveKitProject, on_delete=models.CASCADE, related_name="events")
    event_id = models.CharField(max_length=64)
    type = models.CharField(max_length=48)
    room_name = models.CharField(max_length=128, blank=True)
    payload = models.JSONField()
    received_at = models.DateTimeField(auto_now_add=True)
    ingested_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["received_at", "id"]
        verbose_name, verbose_name_plural = _("LiveKit event"), _("LiveKit events")
        indexes = [
            models.Index(fields=["received_at"], condition=models.Q(ingested_at__isnull=True), name="event_to_ingest"),
            models.Index(fields=["room_name"], name="event_room"),
            models.Index(fields=["-received_at", "-id"], name="event_newest"),
        ]
        constraints = [models.UniqueConstraint(fields=["project", "event_id"], name="livekit_event_once")]

    def __str__(self) -> str:
        return f"{self.type} {self.room_name}"


class UsageDay(models.Model):
    """One day's calls of a workspace number in one direction, by outcome. It outlives the calls it counts."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="usage")
    day = models.DateField()
    number = NumberField(max_length=80, blank=True)
    direction = models.CharField(max_length=8)
    outcome = models.CharField(max_length=11)
    calls = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    seconds = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["-day", "number"]
        verbose_name, verbose_name_plural = _("usage record"), _("usage records")
        indexes = [models.Index(fields=["-day", "-id"], name="usage_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "day", "number", "direction", "outcome"], name="usage_day_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.number} {self.outcome}"
