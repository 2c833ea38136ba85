"""Recordings of calls and their files."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from calls.choices import RecordingStatus
from calls.models.call import Call
from telephony.models import LiveKitProject
from voxa.core.choice_fields import ChoiceField


class Recording(models.Model):
    """A call's recording, or one part of it: recording stops during a warm transfer. States: `RecordingStatus`.

    A recording outlives its call: when the call is deleted, its file is deleted from the storage with retries.
    `asked_at` is set just before LiveKit is called, which happens once; `due_at` is the next deletion attempt.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(
        Workspace, null=True, on_delete=models.SET_NULL, related_name="recordings", db_index=False
    )
    project = models.ForeignKey(LiveKitProject, null=True, on_delete=models.SET_NULL, related_name="recordings")
    call = models.ForeignKey(Call, null=True, on_delete=models.SET_NULL, related_name="recordings")
    part = models.PositiveSmallIntegerField(default=1)
    status = ChoiceField(max_length=9, choices=RecordingStatus.choices, default=RecordingStatus.STARTING)
    room_name = models.CharField(max_length=128)
    egress_id = models.CharField(max_length=64, blank=True)
    bucket = models.CharField(max_length=255)
    key = models.CharField(max_length=500)
    duration_seconds = models.PositiveIntegerField(null=True)
    bytes = models.PositiveBigIntegerField(null=True)
    error = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)  # where the file begins
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("recording"), _("recordings")
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="recording_list"),
            models.Index(fields=["-created_at", "-id"], name="recording_newest"),
            models.Index(fields=["status", "-created_at", "-id"], name="recording_list_status"),
            models.Index(
                fields=["updated_at"],
                condition=models.Q(status__in=["starting", "recording"]),
                name="recording_open",
            ),
            models.Index(fields=["due_at"], condition=models.Q(call__isnull=True), name="recording_to_delete"),
            models.Index(fields=["room_name"], name="recording_room"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["call", "part"], name="recording_part_once"),
            models.CheckConstraint(condition=models.Q(status__in=RecordingStatus.values), name="recording_status"),
        ]

    def __str__(self) -> str:
        return self.key
