"""Transcript and latency figures of a conversation."""

import uuid
from collections.abc import Sequence

from django.db import models

from calls.choices import Speaker
from calls.models.call import Call
from voxa.core.choice_fields import ChoiceField


class Conversation(models.Model):
    """An agent's conversation in a call, created with the first item that its worker reported.

    `measures` has the format of `calls.api.worker_serializers.MeasuresSerializer`; `finished_at` is set when the worker
    reported the end, `told_at` when the webhook was sent.
    """

    call = models.OneToOneField(Call, primary_key=True, on_delete=models.CASCADE, related_name="conversation")
    worker = models.CharField(max_length=64, blank=True)
    measures = models.JSONField(default=dict)
    detail = models.CharField(max_length=500, blank=True)  # the worker's message about how it ended
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["started_at"], condition=models.Q(told_at__isnull=True), name="conversation_to_tell")
        ]

    def __str__(self) -> str:
        return f"Conversation of {self.call_id}"


class TranscriptItem(models.Model):
    """One turn of one speaker. The worker assigns the ID, so that a repeated report counts once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="transcript", db_index=False)
    speaker = ChoiceField(max_length=6, choices=Speaker.choices)
    text = models.TextField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    interrupted = models.BooleanField(default=False)

    sources: Sequence[str] = ()  # what the agent had looked up; from the timeline, not stored

    class Meta:
        ordering = ["started_at", "id"]
        indexes = [models.Index(fields=["call", "started_at", "id"], name="transcript_order")]
        constraints = [
            models.CheckConstraint(condition=models.Q(speaker__in=Speaker.values), name="transcript_speaker")
        ]

    def __str__(self) -> str:
        return f"{self.speaker}: {self.text[:80]}"
