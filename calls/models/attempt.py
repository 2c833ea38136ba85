"""An attempt: one dial of a call, recorded before it is made."""

import uuid
from datetime import UTC, datetime, timedelta

from django.db import models

from calls.choices import AttemptStatus, Reason
from calls.models.call import Call
from telephony.models import Gateway, Trunk
from voxa.core.choice_fields import ChoiceField


class Attempt(models.Model):
    """One dial through one gateway. States: `AttemptStatus`. Room `call-<call id>-<number>`, identity `phone`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    status = ChoiceField(max_length=8, choices=AttemptStatus.choices, default=AttemptStatus.DIALING)
    trunk = models.ForeignKey(Trunk, null=True, on_delete=models.SET_NULL, related_name="attempts")
    gateway = models.ForeignKey(Gateway, null=True, on_delete=models.SET_NULL, related_name="attempts")
    livekit_trunk_id = models.CharField(max_length=64)
    room_name = models.CharField(max_length=128, unique=True)
    sip_call_id = models.CharField("SIP Call-ID", max_length=255, blank=True)
    livekit_call_id = models.CharField("LiveKit call ID", max_length=64, blank=True)
    sip_status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    sip_status = models.CharField(max_length=200, blank=True)
    reason = ChoiceField(max_length=32, choices=Reason.choices, blank=True)
    started_at = models.DateTimeField()
    dialed_at = models.DateTimeField(null=True, blank=True)  # set just before LiveKit is called; null: not dialed
    ringing_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["call", "number"]
        indexes = [
            models.Index(fields=["sip_call_id"], condition=~models.Q(sip_call_id=""), name="attempt_sip_call_id"),
            models.Index(
                fields=["livekit_call_id"], condition=~models.Q(livekit_call_id=""), name="attempt_livekit_call_id"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="attempt_once"),
            models.CheckConstraint(condition=models.Q(status__in=AttemptStatus.values), name="attempt_status"),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number}"


class DialSlot(models.Model):
    """Rate limit of one trunk or workspace, which has the same ID; locked while a dial is granted.

    Dials are planned from `next_at` on and none is sent before `free_at`; until `full_until` the concurrency limit
    is reached and the row is skipped; until `wide_until` dials are spaced for send windows of `lateness`. A LiveKit
    project has a row while it accepts no calls: none is claimed until `full_until`, and `next_at` is when LiveKit may
    be tried again.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    next_at = models.DateTimeField()
    free_at = models.DateTimeField()
    full_until = models.DateTimeField()
    wide_until = models.DateTimeField(default=datetime(2000, 1, 1, tzinfo=UTC))
    lateness = models.DurationField(default=timedelta)

    def __str__(self) -> str:
        return str(self.id)
