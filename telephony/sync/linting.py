"""Lint a project, store the result, and select the findings for a workspace."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from uuid import UUID

from django.utils import timezone

from telephony.livekit.entrances import Entrance, Rule
from telephony.livekit.matching import normalized
from telephony.models import Installation, LiveKitProject, PhoneNumber, SipEndpoint, Trunk
from telephony.sync.lint import Harm, Standing, lint
from telephony.sync.lint.harm import concerned
from telephony.sync.project_session import AnyStored

MOST = 200  # harms of one project that are kept

ASK_OPERATOR = "Ask the operator of Voxa, who can identify it with manage.py check_telephony."


def lint_project(project: LiveKitProject, listed: Iterable[AnyStored]) -> list[Harm]:
    """Lint what LiveKit lists of inbound trunks and rules, and keep the result for pages that must not ask LiveKit."""
    harms = lint(standing(project, listed))
    stored = [harm.as_json() for harm in harms[:MOST]]
    LiveKitProject.objects.filter(pk=project.pk).update(lint=stored, linted_at=timezone.now())
    return harms


def standing(project: LiveKitProject, listed: Iterable[AnyStored]) -> Standing:
    """Return LiveKit's objects and the owners of the numbers."""
    seen = [stored.seen for stored in listed]
    trunks = tuple(one for one in seen if isinstance(one, Entrance))
    rules = tuple(one for one in seen if isinstance(one, Rule))
    return Standing(trunks, rules, Installation.current(), dict(_held(project)))


def _held(project: LiveKitProject) -> Iterator[tuple[str, UUID]]:
    numbers = PhoneNumber.objects.filter(project=project).values_list("number", "trunk_id")
    yield from ((normalized(number), trunk_id) for number, trunk_id in numbers.iterator())
    endpoints = SipEndpoint.objects.filter(workspace__telephony_settings__project=project).select_related("workspace")
    for endpoint in endpoints.only("sip_username", "workspace__slug"):
        yield normalized(endpoint.user_part), endpoint.pk


def kept(project: LiveKitProject) -> list[Harm]:
    """Return the harms that the last lint of a project found."""
    return [Harm.read(stored) for stored in project.lint]


def concerning(harms: Iterable[Harm], workspaces: Collection[UUID]) -> list[Harm]:
    """Keep what concerns numbers, trunks and endpoints of these workspaces; other numbers are left out of it."""
    found = list(harms)
    named = {row for harm in found for row in harm.rows}
    rows = set(Trunk.objects.filter(workspace__in=workspaces, pk__in=named).values_list("pk", flat=True))
    rows |= set(SipEndpoint.objects.filter(workspace__in=workspaces, pk__in=named).values_list("pk", flat=True))
    callable_ones = PhoneNumber.objects.filter(workspace__in=workspaces, trunk__gateways__inbound=True)
    callable_at_all = any(harm.everyone for harm in found) and callable_ones.exists()
    return [
        replace(
            harm,
            name=harm.name if harm.row_id is None or harm.row_id in rows else "",
            touches=tuple((number, row) for number, row in harm.touches if row in rows),
        )
        for harm in found
        if harm.rows & rows or (harm.everyone and callable_at_all)
    ]


def for_tenant(harm: Harm) -> str:
    """Return a finding for a workspace: the effect on its numbers, without names and values of others' objects."""
    maker = "" if harm.ours else " that Voxa did not make"
    noun = harm.kind.label.lower()
    article = "An" if noun[0] in "aeiou" else "A"
    return f"{article} {noun} in LiveKit{maker} {harm.does}.{concerned((n for n, _ in harm.touches), 'your ')}"
