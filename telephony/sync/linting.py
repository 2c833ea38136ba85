"""Lint a project, store the result, and select the findings for a workspace."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from uuid import UUID

from django.utils import timezone

from telephony.livekit.entrances import Entrance, Rule
from telephony.livekit.matching import normalized
from telephony.models import Installation, LiveKitProject, PhoneNumber, SipEndpoint, Trunk
from telephony.sync.lint import LintFinding, Snapshot, lint
from telephony.sync.lint.findings import concerned

MOST = 200  # findings of one project that are kept

ASK_OPERATOR = "Ask the operator of Voxa, who can identify it with manage.py check_telephony."


def lint_project(project: LiveKitProject, seen: Collection[Entrance | Rule]) -> list[LintFinding]:
    """Lint LiveKit's inbound trunks and rules, and store the result for pages, which make no LiveKit requests."""
    findings = lint(snapshot(project, seen))
    stored = [finding.as_json() for finding in findings[:MOST]]
    LiveKitProject.objects.filter(pk=project.pk).update(lint=stored, linted_at=timezone.now())
    return findings


def snapshot(project: LiveKitProject, seen: Collection[Entrance | Rule]) -> Snapshot:
    """Return LiveKit's objects and the owners of the numbers."""
    trunks = tuple(one for one in seen if isinstance(one, Entrance))
    rules = tuple(one for one in seen if isinstance(one, Rule))
    return Snapshot(trunks, rules, Installation.current(), dict(_held(project)))


def _held(project: LiveKitProject) -> Iterator[tuple[str, UUID]]:
    numbers = PhoneNumber.objects.filter(project=project).values_list("number", "trunk_id")
    yield from ((normalized(number), trunk_id) for number, trunk_id in numbers.iterator())
    endpoints = SipEndpoint.objects.filter(workspace__telephony_settings__project=project).select_related("workspace")
    for endpoint in endpoints.only("sip_username", "workspace__slug"):
        yield normalized(endpoint.user_part), endpoint.pk


def kept(project: LiveKitProject) -> list[LintFinding]:
    """Return the findings that the last lint of a project found."""
    return [LintFinding.read(stored) for stored in project.lint]


def concerning(findings: Iterable[LintFinding], workspaces: Collection[UUID]) -> list[LintFinding]:
    """Select findings on numbers, trunks and endpoints of these workspaces, without other numbers."""
    found = list(findings)
    named = {row for finding in found for row in finding.rows}
    rows = set(Trunk.objects.filter(workspace__in=workspaces, pk__in=named).values_list("pk", flat=True))
    rows |= set(SipEndpoint.objects.filter(workspace__in=workspaces, pk__in=named).values_list("pk", flat=True))
    callable_ones = PhoneNumber.objects.filter(workspace__in=workspaces, trunk__gateways__inbound=True)
    callable_at_all = any(finding.everyone for finding in found) and callable_ones.exists()
    return [
        replace(
            finding,
            name=finding.name if finding.row_id is None or finding.row_id in rows else "",
            touches=tuple((number, row) for number, row in finding.touches if row in rows),
        )
        for finding in found
        if finding.rows & rows or (finding.everyone and callable_at_all)
    ]


def for_tenant(finding: LintFinding) -> str:
    """Return a finding for a workspace: the effect on its numbers, without names and values of others' objects."""
    maker = "" if finding.ours else " that Voxa did not make"
    noun = finding.kind.label.lower()
    article = "An" if noun[0] in "aeiou" else "A"
    return f"{article} {noun} in LiveKit{maker} {finding.does}.{concerned((n for n, _ in finding.touches), 'your ')}"
