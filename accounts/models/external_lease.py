"""Who waits on an address that a customer chose, at this moment."""

from django.db import models

from accounts.choices import ExternalWork
from accounts.models.workspace import Workspace


class ExternalLease(models.Model):
    """One of the few places that a workspace has for one kind of work; free where there is no row, or `until` is over.

    A worker that died leaves its row behind, and the next claim removes it once it has lapsed.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    work = models.CharField(max_length=10, choices=ExternalWork.choices)
    number = models.PositiveSmallIntegerField()
    token = models.UUIDField(unique=True)
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "work", "number"], name="external_lease_once"),
            models.CheckConstraint(condition=models.Q(work__in=ExternalWork.values), name="external_lease_work"),
        ]

    def __str__(self) -> str:
        return f"{self.work} {self.number}"
