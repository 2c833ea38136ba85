"""Checks of numbers: whether they can be called and have an agent."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from accounts.models import Workspace
from telephony.choices import AgentDirection, Fallback, TrunkStatus
from telephony.models import PhoneNumber, TelephonySettings, Trunk
from telephony.selectors import callable_numbers, unanswered
from voxa.core.doctor.findings import MOST, Finding, Severity, names, some
from voxa.core.doctor.registry import Scope

_NO_FALLBACK_AGENT = Q(fallback=Fallback.AGENT) & (
    Q(fallback_agent=None) | Q(fallback_agent__active=False) | Q(fallback_agent__direction=AgentDirection.OUTBOUND)
)
_WHY_NOT = "its agent was deleted, is not active or makes outbound calls only, or no storage records its voicemail"


def look(scope: Scope) -> Iterator[Finding]:
    """Report numbers by workspace or trunk, since they share one remedy."""
    numbers = scope.own(PhoneNumber.objects.all())
    yield from _without_service(numbers)
    yield from _unanswered(numbers)
    yield from _stood_in_for(numbers)
    yield from _passed_over(numbers)
    yield from _passed_over_for_all(scope)


def _without_service(numbers: QuerySet[PhoneNumber]) -> Iterator[Finding]:
    out = Q(trunk__status=TrunkStatus.FAILED) | Q(trunk__status=TrunkStatus.PENDING, trunk__synced_at=None)
    without = numbers.filter(out)
    counts, total = _counted(without, "trunk")
    trunks = Trunk.objects.defer("auth_password").select_related("workspace").in_bulk(list(counts))

    def tell(trunk_id: UUID) -> Finding:
        trunk, listed = trunks[trunk_id], _listed(without.filter(trunk=trunk_id), counts[trunk_id])
        state = trunk.get_status_display().lower()
        return Finding(
            "numbers.trunk",
            f"{listed} cannot receive or place calls: trunk {trunk.name} is {state}.",
            "Fix the trunk first; see its own finding.",
            page=reverse("admin:telephony_trunk_change", args=[trunk.pk]),
            workspace=trunk.workspace.slug,
        )

    more = "The numbers of {more} more trunks cannot receive or place calls."
    yield from some(counts, tell, total, Finding("numbers.trunk", more, "Fix the trunks.", page=_list()))


def _unanswered(numbers: QuerySet[PhoneNumber]) -> Iterator[Finding]:
    yield from _by_workspace(
        unanswered(callable_numbers(numbers)),
        Finding(
            "numbers.unanswered",
            "No agent answers {numbers}: no active agent is assigned, and the workspace has no default agent.",
            "Assign an active agent to each, or choose the default agent in the telephony settings.",
            page=_list("?answered=no"),
        ),
    )


def _stood_in_for(numbers: QuerySet[PhoneNumber]) -> Iterator[Finding]:
    asleep = callable_numbers(numbers.filter(agent__active=False))
    yield from _by_workspace(
        asleep.exclude(pk__in=unanswered(asleep).values("pk")),
        Finding(
            "numbers.stand_in",
            "The default agent answers {numbers}: the assigned agent is not active.",
            "Activate the assigned agent, or assign another one.",
            Severity.WARNING,
            _list(),
        ),
    )


def _of_no_use() -> Q:
    return _NO_FALLBACK_AGENT if settings.RECORDING_S3_BUCKET else _NO_FALLBACK_AGENT | Q(fallback=Fallback.VOICEMAIL)


def _passed_over(numbers: QuerySet[PhoneNumber]) -> Iterator[Finding]:
    yield from _by_workspace(
        numbers.filter(_of_no_use()),
        Finding(
            "numbers.fallback",
            f"The fallback of {{numbers}} is passed over: {_WHY_NOT}.",
            "Choose another fallback agent on the page of each number, or another fallback.",
            Severity.WARNING,
            _list(),
        ),
    )


def _passed_over_for_all(scope: Scope) -> Iterator[Finding]:
    rows = scope.own(TelephonySettings.objects.filter(_of_no_use())).select_related("workspace")
    page = reverse("admin:telephony_telephonysettings_changelist")

    def tell(row: TelephonySettings) -> Finding:
        what = f"The fallback of the workspace is passed over: {_WHY_NOT}."
        remedy = "Choose another fallback agent in the telephony settings, or another fallback."
        return Finding("settings.fallback", what, remedy, Severity.WARNING, page, row.workspace.slug)

    what = "The fallbacks of {more} more workspaces are passed over."
    rest = Finding("settings.fallback", what, "Choose other fallback agents.", Severity.WARNING, page)
    yield from some(rows.order_by("workspace")[:MOST], tell, rows.count(), rest)


def _by_workspace(rows: QuerySet[PhoneNumber], finding: Finding) -> Iterator[Finding]:
    """Report the finding for each workspace. Its numbers replace `{numbers}`."""
    counts, total = _counted(rows, "workspace")
    workspaces = Workspace.objects.in_bulk(list(counts))

    def tell(pk: UUID) -> Finding:
        what = finding.what.replace("{numbers}", _listed(rows.filter(workspace=pk), counts[pk]))
        return replace(finding, what=what, workspace=workspaces[pk].slug)

    rest = replace(finding, what=finding.what.replace("{numbers}", "numbers of {more} more workspaces"))
    yield from some(counts, tell, total, rest)


def _counted(rows: QuerySet[PhoneNumber], owner: str) -> tuple[dict[UUID, int], int]:
    """Return the owners (trunks or workspaces) with the most numbers, and their counts."""
    groups = rows.order_by().values(owner).annotate(count=Count("pk")).order_by("-count", owner)
    return {group[owner]: group["count"] for group in groups[:MOST]}, groups.count()


def _list(query: str = "") -> str:
    return reverse("admin:telephony_phonenumber_changelist") + query


def _listed(rows: QuerySet[PhoneNumber], count: int) -> str:
    return names(rows.order_by("number").values_list("number", flat=True)[:3], count)
