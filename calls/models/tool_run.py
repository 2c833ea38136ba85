"""Tools requested by language models: recorded by a request, called by a background worker."""

import uuid

from django.db import models

from calls.choices import ToolRunStatus
from calls.models.call import Call
from voxa.core.choice_fields import ChoiceField


class ToolRun(models.Model):
    """One call of a tool. States: `ToolRunStatus`. The row lives for a minute at most.

    `arguments` are empty once a background worker has taken them. `taken_at` is when the agent worker was first told
    the result; a few seconds later the row is deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
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
            models.CheckConstraint(condition=models.Q(status__in=ToolRunStatus.values), name="tool_run_status"),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.call_id}"
