"""Tools requested by language models: recorded by a request, called by a background worker."""

import uuid

from django.db import models

from calls.choices import ToolRunStatus
from calls.models.agent_test import AgentTest
from calls.models.call import Call
from voxa.core.choice_fields import ChoiceField


class ToolRun(models.Model):
    """One call of a tool. States: `ToolRunStatus`. The row lives for a minute at most.

    `arguments` are empty once a background worker has taken them. `taken_at` is when the agent worker was first told
    the result; a few seconds later the row is deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # One of both: a call, or a test conversation.
    call = models.ForeignKey(Call, null=True, on_delete=models.CASCADE, related_name="+")
    agent_test = models.ForeignKey(AgentTest, null=True, on_delete=models.CASCADE, related_name="+")
    request_id = models.UUIDField()  # the agent worker's: it may ask twice for the same
    name = models.CharField(max_length=64)
    arguments = models.JSONField(default=dict, blank=True, editable=False)
    status = ChoiceField(max_length=9, choices=ToolRunStatus.choices, default=ToolRunStatus.REQUESTED)
    ok = models.BooleanField(default=False)
    result = models.TextField(blank=True, editable=False)  # for the language model
    requested_at = models.DateTimeField(db_index=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "request_id"], name="tool_run_once"),
            models.UniqueConstraint(fields=["agent_test", "request_id"], name="tool_run_of_test_once"),
            models.CheckConstraint(
                condition=models.Q(call__isnull=True) ^ models.Q(agent_test__isnull=True), name="tool_run_of_one"
            ),
            models.CheckConstraint(condition=models.Q(status__in=ToolRunStatus.values), name="tool_run_status"),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.call_id or self.agent_test_id}"

    @property
    def of_call(self) -> Call:
        """Return the call, or one that stands for the test conversation and must not be saved."""
        if self.call is not None:
            return self.call
        assert self.agent_test is not None  # noqa: S101  # by the constraint
        return self.agent_test.as_call()
