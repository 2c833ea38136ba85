"""How an inbound call is received: whether its endpoint was asked, and what happens instead of a conversation."""

from django.db import models

from calls.choices import AskStatus
from calls.models.call import Call
from voxa.core.choice_fields import ChoiceField


class Reception(models.Model):
    """One call's. States of the assistant request: `AskStatus`.

    `transfer` is the target that the endpoint or the fallback chose: to, mode, headers. `fallback` is the one in use:
    action, reason, message, the levels `used` and the agents `tried`.
    """

    call = models.OneToOneField(Call, primary_key=True, on_delete=models.CASCADE, related_name="+")
    status = ChoiceField(max_length=9, choices=AskStatus.choices, default=AskStatus.REQUESTED)
    requested_at = models.DateTimeField()
    transfer = models.JSONField(default=dict, blank=True, editable=False)
    fallback = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["requested_at"], condition=~models.Q(status=AskStatus.DONE), name="reception_waits")
        ]
        constraints = [models.CheckConstraint(condition=models.Q(status__in=AskStatus.values), name="reception_status")]

    def __str__(self) -> str:
        return f"Reception of {self.call_id}"
