"""Bring a claimed call to its dial: route, policies and its first attempt, in one transaction."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from calls.choices import CallStatus, Reason
from calls.dialer import attempts
from calls.dialer.attempts import Begun
from calls.dialer.lead import Lead
from calls.dialer.rate_limits import LONGEST_AHEAD, Limit, limits_of, paused_until
from calls.dialer.spend import Cap, cap_of
from calls.do_not_call.listed import expect
from calls.models import Call
from calls.routing import route as routing
from calls.routing.facts import call_facts, callees_of
from calls.routing.policies import Facts, Refusal, first_refusal
from calls.routing.route import Route
from calls.services.gathering import gathered
from calls.services.timeline import end
from telephony.livekit import LiveKitClient, client_for
from telephony.models import TelephonySettings
from voxa.core.statements import Fixed

UNCONFIGURED_FOR = timedelta(seconds=30)


@dataclass(frozen=True)
class Routed:
    """A claimed call that has a way out."""

    call: Call
    route: Route
    config: TelephonySettings
    limits: list[Limit]


@dataclass(frozen=True)
class Prepared:
    """A claimed call that passed route and policies and only needs a slot."""

    call: Call
    route: Route
    facts: Facts
    limits: list[Limit]
    client: LiveKitClient
    cap: Cap | None


class Start:
    """The first steps of one call: `route`, then, with its rate limits locked, `begin`."""

    ready: Prepared
    since: float  # when it began, by the monotonic clock

    def __init__(self, call_id: UUID, fence: int, leads: Mapping[UUID, Lead]) -> None:
        self._call_id, self._fence, self._leads = call_id, fence, leads
        self._routed: Routed | None = None

    def route(self) -> list[Limit]:
        """Load and route the call, or record a refusal; return its limits."""
        self._routed = route(self._call_id, self._fence, timezone.now())
        return [] if self._routed is None else self._routed.limits

    def begin(self) -> Begun | None:
        """Record the first attempt and take its send window, if it is near; or record a refusal and return None."""
        now = timezone.now()
        ready = None if self._routed is None else checked(self._routed, now)
        if ready is None:
            return None
        self.ready = ready
        self.since, ready_in = time.monotonic(), self._leads[ready.call.project_id].taken()
        # Otherwise `turn` takes it, which counts the calls to a callee one by one and comes after the room is made.
        at_once = ready.facts.daily_attempts is None and ready_in < LONGEST_AHEAD
        known = ready.facts if at_once else None
        begun = attempts.begin(
            ready.call, ready.route, ready.route.hops[0], ready.limits, now, ready.cap, known, ready_in
        )
        if isinstance(begun, Refusal):
            attempts.apply_refusal(ready.call, begun, now)
            return None
        return begun


def prepare(call_id: UUID, fence: int, now: datetime) -> Prepared | None:
    """Load a claimed call and check route and policies; record a refusal and return None."""
    routed = route(call_id, fence, now)
    return None if routed is None else checked(routed, now)


def route(call_id: UUID, fence: int, now: datetime) -> Routed | None:
    """Load a claimed call and find its way out; record a refusal and return None."""
    call = _loaded(call_id)
    if call is None or (call.fence, call.status) != (fence, CallStatus.QUEUED):
        return None
    if call.workspace.closed_at is not None:
        end(call, now, Reason.WORKSPACE_CLOSED, CallStatus.FAILED, fence=fence)
        return None
    if call.agent is None or not call.agent.active:
        end(call, now, Reason.NO_AGENT, CallStatus.FAILED, fence=fence)  # no one to talk
        return None
    config = TelephonySettings.of(call.workspace_id)
    config.workspace = call.workspace
    call.project = config.project  # queued calls follow a workspace that changed its project
    found = _unconfigured(call, now) or _paused(call, now) or routing.route(call, config, now)
    if isinstance(found, Refusal):
        attempts.apply_refusal(call, found, now)
        return None
    expect(call, callees_of(call, found))
    return Routed(call, found, config, limits_of(found.trunk, config))


def _loaded(call_id: UUID) -> Call | None:
    """Return the call with what routes it. A group has it already."""
    work = gathered()
    return _with_relations.only(call_id) if work is None else work.calls.get(call_id)


_with_relations = Fixed(
    lambda pk: Call.objects.select_related("workspace", "trunk", "agent").filter(pk=pk).order_by(), UUID
)


def _unconfigured(call: Call, now: datetime) -> Refusal | None:
    if call.project.is_configured:
        return None
    return Refusal(Reason.NOT_CONFIGURED, "LiveKit is not configured.", now + UNCONFIGURED_FOR)


def _paused(call: Call, now: datetime) -> Refusal | None:
    until = paused_until(call.project_id, now)
    if until is None:
        return None
    return Refusal(Reason.LIVEKIT_UNAVAILABLE, call.project.sip_error or "LiveKit is not accepting calls.", until)


def checked(routed: Routed, now: datetime) -> Prepared | None:
    """Return a routed call that passes the policies; record a refusal and return None."""
    call, config = routed.call, routed.config
    facts = call_facts(call, routed.route, config, now)
    refusal = first_refusal(facts)
    if refusal is not None:
        attempts.apply_refusal(call, refusal, now)
        return None
    return Prepared(call, routed.route, facts, routed.limits, client_for(call.project), cap_of(config, now))
