"""Limit each workspace's concurrent requests to its own URLs with leases in the database.

Without the limit, a workspace whose hosts accept connections and never respond would hold every thread. Work without a
lease is not lost: it stays due until one of the workspace's leases ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.choices import ExternalWork
from accounts.models import ExternalLease

LEASE = timedelta(seconds=90)  # longer than any of this work takes, so that only leases of dead workers expire


@contextmanager
def external_lease(workspace_id: UUID, work: ExternalWork) -> Iterator[bool]:
    """Hold one of the workspace's leases; yield False if none is free. Never use in a transaction."""
    token = _claim(workspace_id, work)
    try:
        yield token is not None
    finally:
        if token is not None:
            ExternalLease.objects.filter(token=token).delete()


def in_turn(rows: QuerySet[Any], workspace: str, due: str) -> QuerySet[Any]:
    """Return the rows annotated with `turn`, every workspace's longest waiting first, then each one's second, ..."""
    turn = Window(RowNumber(), partition_by=F(workspace), order_by=F(due).asc())
    ordered: QuerySet[Any] = rows.annotate(turn=turn).order_by("turn", due)
    return ordered


def workspaces_at_limit(work: ExternalWork) -> set[UUID]:
    """Return the workspaces without a free lease: a task for them would do nothing."""
    held = ExternalLease.objects.filter(work=work, until__gt=timezone.now()).values("workspace_id")
    full = held.annotate(leases=Count("pk")).filter(leases__gte=most_at_once(work))
    return set(full.values_list("workspace_id", flat=True))


def most_at_once(work: ExternalWork) -> int:
    """Return how many leases a workspace has for this work."""
    names = {
        ExternalWork.TOOL: "TOOLS_PER_WORKSPACE",
        ExternalWork.ASSISTANT: "ASSISTANT_REQUESTS_PER_WORKSPACE",
        ExternalWork.BACKGROUND: "EXTERNAL_PER_WORKSPACE",
    }
    most: int = getattr(settings, names[work])
    return max(most, 1)


def _claim(workspace_id: UUID, work: ExternalWork) -> UUID | None:
    """Claim a free number; the unique constraint decides between concurrent claims."""
    now, token = timezone.now(), uuid4()
    held = ExternalLease.objects.filter(workspace_id=workspace_id, work=work)
    held.filter(until__lte=now).delete()
    taken = set(held.values_list("number", flat=True))
    for number in range(most_at_once(work)):
        if number in taken:
            continue
        lease = ExternalLease(workspace_id=workspace_id, work=work, number=number, token=token, until=now + LEASE)
        ExternalLease.objects.bulk_create([lease], ignore_conflicts=True)
        if held.filter(token=token).exists():
            return token
    return None
