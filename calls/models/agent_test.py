"""Test conversations with an agent in the browser."""

import uuid
from typing import Any

from django.db import models

from accounts.models import ApiKey, User, Workspace
from calls.choices import CallStatus, Direction
from calls.models.call import Call
from telephony.choices import AgentDirection
from telephony.models import Agent, LiveKitProject
from voxa.core.choice_fields import ChoiceField


class TestMedium(models.TextChoices):
    """How somebody talks to an agent in a test conversation."""

    __test__ = False  # not a class of tests

    VOICE = "voice", "Microphone"
    TEXT = "text", "Text"


class TestStatus(models.TextChoices):
    """Status of a test conversation: waiting for its worker, then in progress."""

    __test__ = False

    WAITING = "waiting", "Waiting"
    IN_PROGRESS = "in_progress", "In progress"
    ENDED = "ended", "Ended"


class AgentTest(models.Model):
    """One test conversation. It is not a call, so no list, figure, limit or webhook of calls can count it.

    `expires_at` is when it ends at the latest: soon, until its worker has joined. `transcript` are the turns as the
    worker reported them, with the latency of the agent's; `tools` how each tool fared, without arguments and results.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="agent_tests")
    project = models.ForeignKey(LiveKitProject, on_delete=models.PROTECT, related_name="agent_tests")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="tests")
    agent_revision = models.PositiveIntegerField(null=True, blank=True, editable=False)
    medium = ChoiceField(max_length=5, choices=TestMedium.choices, default=TestMedium.VOICE)
    variables = models.JSONField(default=dict, blank=True)
    room_name = models.CharField(max_length=128, unique=True)
    started_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    started_with = models.ForeignKey(ApiKey, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    transcript = models.JSONField(default=list, editable=False)
    tools = models.JSONField(default=list, editable=False)
    measures = models.JSONField(default=dict, editable=False)
    reason = models.CharField(max_length=32, blank=True, editable=False)  # of the end, as of a call
    detail = models.CharField(max_length=500, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    joined_at = models.DateTimeField(null=True, editable=False)  # its worker
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "test conversation"
        indexes = [
            models.Index(fields=["agent", "-created_at", "-id"], name="agent_test_list"),
            models.Index(
                fields=["workspace", "expires_at"], condition=models.Q(ended_at__isnull=True), name="agent_test_live"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(medium__in=TestMedium.values), name="agent_test_medium")
        ]

    def __str__(self) -> str:
        return f"Test of {self.agent_id}"

    @property
    def status(self) -> TestStatus:
        """Return how far it is."""
        if self.ended_at is not None:
            return TestStatus.ENDED
        return TestStatus.IN_PROGRESS if self.joined_at is not None else TestStatus.WAITING

    def as_call(self, **more: Any) -> Call:
        """Return a call in progress that stands for this test in functions that only read. It must not be saved."""
        outbound = self.agent.direction == AgentDirection.OUTBOUND
        return Call(
            id=self.pk,
            workspace=self.workspace,
            project=self.project,
            agent=self.agent,
            agent_revision=self.agent_revision,
            direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
            status=CallStatus.IN_PROGRESS,
            variables=self.variables,
            room_name=self.room_name,
            **more,
        )
