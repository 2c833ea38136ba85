"""Numbers: who answers them, and can they be called at all."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from accounts.models import Workspace
from telephony.choices import TrunkStatus
from telephony.models import PhoneNumber, Trunk
from telephony.selectors import callable_numbers, unanswered
from voxa.doctor.findings import MOST, Finding, Severity, names
from voxa.doctor.registry import Scope


def look(scope: Scope) -> Iterator[Finding]:
    """Tell of numbers a workspace or a trunk at a time: they have one remedy."""
    numbers = scope.own(PhoneNumber.objects.all())
    yield from _without_service(numbers)
    yield from _unanswered(numbers)
    yield from _stood_in_for(numbers)


def _without_service(numbers: QuerySet[PhoneNumber]) -> Iterator[Finding]:
    out = Q(trunk__status=TrunkStatus.FAILED) | Q(trunk__status=TrunkStatus.PENDING, trunk__synced_at=None)
    groups = numbers.filter(out).order_by().values("trunk").annotate(count=Count("pk")).order_by("-count", "trunk")
    found = list(groups[:MOST])
    trunks = Trunk.objects.defer("auth_password").select_related("workspace")
    by_id = trunks.in_bulk([group["trunk"] for group in found])
    for group in found:
        trunk, of_it = by_id[group["trunk"]], numbers.filter(trunk=group["trunk"])
        yield Finding(
            "numbers.trunk",
            f"{_listed(of_it, group['count'])} cannot be called and is no caller ID: "
            f"trunk {trunk.name} is {TrunkStatus(trunk.status).label.lower()}.",
            "Put the trunk right first: it is told of with the trunks.",
            page=reverse("admin:telephony_trunk_change", args=[trunk.pk]),
            workspace=trunk.workspace.slug,
        )


def _unanswered(numbers: QuerySet[PhoneNumber]) -> Iterator[Finding]:
    for workspace, rows, count in _by_workspace(unanswered(callable_numbers(numbers))):
        yield Finding(
            "numbers.unanswered",
            f"Nobody answers {_listed(rows, count)}: no active agent, and the workspace has none for inbound calls.",
            "Choose an active agent for each, or make one for inbound calls.",
            page=reverse("admin:telephony_phonenumber_changelist") + "?answered=no",
            workspace=workspace.slug,
        )


def _stood_in_for(numbers: QuerySet[PhoneNumber]) -> Iterator[Finding]:
    asleep = callable_numbers(numbers.filter(agent__active=False))
    answered = asleep.exclude(pk__in=unanswered(asleep).values("pk"))
    for workspace, rows, count in _by_workspace(answered):
        yield Finding(
            "numbers.stand_in",
            f"Another agent answers {_listed(rows, count)}: the chosen one is not active.",
            "Activate the chosen agent, or choose another.",
            Severity.WARNING,
            reverse("admin:telephony_phonenumber_changelist"),
            workspace.slug,
        )


def _by_workspace(rows: QuerySet[PhoneNumber]) -> Iterator[tuple[Workspace, QuerySet[Any], int]]:
    groups = rows.order_by().values("workspace").annotate(count=Count("pk")).order_by("-count", "workspace")
    counts = {group["workspace"]: group["count"] for group in groups[:MOST]}
    by_id = Workspace.objects.in_bulk(list(counts))
    for pk, count in counts.items():
        yield by_id[pk], rows.filter(workspace=pk), count


def _listed(rows: QuerySet[PhoneNumber], count: int) -> str:
    return names(rows.order_by("number").values_list("number", flat=True)[:3], count)
