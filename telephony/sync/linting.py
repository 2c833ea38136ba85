"""Lint a project, store the result, and select the findings for a workspace."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from django.utils import timezone

from telephony.livekit.entrances import Entrance, Rule
from telephony.livekit.listed import Listed
from telephony.livekit.matching import normalized
from telephony.models import Installation, LiveKitProject, PhoneNumber, SipEndpoint, Trunk
from telephony.models.sip_endpoint import user_part_of
from telephony.sync.lint import LintFinding, Snapshot, lint
from telephony.sync.lint.findings import concerned
from telephony.sync.unchanged import Unchanged, state_of

# Numbers with their trunks; usernames of endpoints with the slug of their workspace and the endpoint.
_Held = tuple[list[tuple[str, UUID]], list[tuple[str, str, UUID]]]

MOST = 200  # findings of one project that are kept

ASK_OPERATOR = "Ask the operator of Voxa, who can identify it with manage.py check_telephony."


def lint_project(project: LiveKitProject, listed: Collection[Listed], unchanged: Unchanged) -> list[LintFinding]:
    """Lint LiveKit's inbound trunks and rules, and store the result for pages, which make no LiveKit requests.

    Nothing is found again where nothing was, if all is as it was then.
    """
    installation, held = Installation.current(), _held(project)
    state = state_of(installation, held, sorted(there.content for there in listed))
    findings = [] if unchanged.knows(state) else lint(_snapshot(listed, installation, held))
    if not findings:
        unchanged.add(state)
    stored = [finding.as_json() for finding in findings[:MOST]]
    LiveKitProject.objects.filter(pk=project.pk).update(lint=stored, linted_at=timezone.now())
    return findings


def _held(project: LiveKitProject) -> _Held:
    numbers = PhoneNumber.objects.filter(project=project).values_list("number", "trunk_id")
    endpoints = SipEndpoint.objects.filter(workspace__telephony_settings__project=project)
    return list(numbers), list(endpoints.values_list("sip_username", "workspace__slug", "pk"))


def _snapshot(listed: Iterable[Listed], installation: UUID, held: _Held) -> Snapshot:
    """Return LiveKit's objects and the owners of the numbers."""
    seen = [there.seen for there in listed]
    trunks = tuple(one for one in seen if isinstance(one, Entrance))
    rules = tuple(one for one in seen if isinstance(one, Rule))
    numbers, endpoints = held
    owners = {normalized(number): trunk_id for number, trunk_id in numbers}
    owners |= {normalized(user_part_of(username, slug)): pk for username, slug, pk in endpoints}
    return Snapshot(trunks, rules, installation, owners)


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
