"""A transfer of a call: requested by a person, a program or an agent, carried out by a dispatcher."""

import uuid

from django.db import models

from accounts.models import Workspace
from calls.choices import OPEN_TRANSFERS, TransferMode, TransferStatus
from calls.models.call import Call
from voxa.core.choice_fields import ChoiceField


class Transfer(models.Model):
    """One transfer. States: `TransferStatus`.

    `lease_token` and `leased_until` are the claim of the dispatcher that carries it out. `dialed_at` is set before
    LiveKit is called: a transfer that has it is never requested again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    to = models.CharField(max_length=330)
    asked = models.CharField(max_length=330, editable=False)  # the target as requested
    headers = models.JSONField(default=dict, blank=True, editable=False)
    mode = ChoiceField(max_length=4, choices=TransferMode.choices)
    status = ChoiceField(max_length=9, choices=TransferStatus.choices, default=TransferStatus.REQUESTED)
    code = models.CharField(max_length=32, blank=True)
    message = models.CharField(max_length=500, blank=True)
    sip_status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    recording_stopped = models.BooleanField(default=False)
    requested_at = models.DateTimeField()
    dialed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["requested_at", "id"]
        indexes = [
            models.Index(
                fields=["requested_at"], condition=models.Q(status__in=sorted(OPEN_TRANSFERS)), name="transfer_open"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=TransferStatus.values), name="transfer_status"),
            models.UniqueConstraint(
                fields=["call"], condition=models.Q(status__in=sorted(OPEN_TRANSFERS)), name="transfer_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mode} transfer of {self.call_id}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_TRANSFERS
