"""Preview of a call without placing it: number, trunk, gateways, agent, policies and refusal."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from django.utils import timezone

from accounts.models import Workspace
from calls.choices import Direction, Reason
from calls.models import Call
from calls.reception.fallbacks import first_fallback, is_closed_at
from calls.routing import route as routing
from calls.routing.facts import call_facts
from calls.routing.inbound import RINGS, Seen, ask_livekit, describe
from calls.routing.policies import Refusal, verdicts, weightiest
from calls.routing.route import Route
from telephony.choices import AgentDirection, Fallback, TrunkStatus
from telephony.livekit.matching import Answer
from telephony.models import Agent, Gateway, PhoneNumber, SipEndpoint, TelephonySettings, Trunk
from telephony.selectors import answering_agent, livekit_ids

UNKNOWN_NUMBER = f"The workspace does not have this number, and LiveKit does not route the call. {RINGS}"
UNCONFIGURED = "LiveKit is not configured. Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
NO_INBOUND = "The trunk accepts no inbound calls. Add an inbound gateway with an address and provision the trunk."
CLOSED = "Closed now: it is outside the business hours. The call gets the fallback:"
CLOSED_UNHEEDED = "Closed now: it is outside the business hours. No fallback is set, so calls are answered as usual."
NO_AGENT = "No agent would answer. Assign an active agent to the number, or choose the workspace's default agent."
WRONG_AGENT = "The agent is inactive or inbound-only. Choose another."


@dataclass(frozen=True)
class RouteCheck:
    """Preview of a call; `refusal` is why it would not be connected now."""

    direction: Direction
    to: str
    caller: str
    refusal: Refusal | None
    dialed: str = ""
    number: PhoneNumber | None = None
    trunk: Trunk | None = None
    gateways: list[tuple[Gateway | None, str]] = field(default_factory=list)  # with the LiveKit ID
    agent: Agent | None = None
    policies: dict[str, Refusal | None] = field(default_factory=dict)
    seen: Seen | None = None  # LiveKit's decision for an inbound call
    note: str = ""
    closed: bool = False  # an inbound call would come outside the business hours


def check_outbound(workspace: Workspace, to: str, caller: str, agent: Agent | None, trunk: Trunk | None) -> RouteCheck:
    """Return the route and the policies' verdicts for a call now. `trunk` is one that the client requested."""
    now = timezone.now()
    config = TelephonySettings.of(workspace.pk)
    config.workspace = workspace
    number = routing.own_number(workspace.pk, caller)
    call = Call(workspace=workspace, to_number=to, from_number=caller, trunk=trunk, trunk_chosen=trunk is not None)
    found = routing.route(call, config, now)
    way = found if isinstance(found, Route) else Route((), trunk or (number.trunk if number else None), number)
    said = verdicts(call_facts(call, way, config, now))
    refusals = [
        None if config.project.is_configured else Refusal(Reason.NOT_CONFIGURED, UNCONFIGURED),
        None if agent is None or _makes_calls(agent) else Refusal(Reason.NO_AGENT, WRONG_AGENT),
        found if isinstance(found, Refusal) else None,
        *said.values(),
    ]
    known = {gateway.pk: gateway for gateway in way.trunk.gateways.all()} if way.trunk else {}
    return RouteCheck(
        direction=Direction.OUTBOUND,
        to=to,
        caller=caller,
        refusal=weightiest(refusals, now),
        dialed=way.dialed(to),
        number=number,
        trunk=way.trunk,
        gateways=[(known.get(hop.gateway_id) if hop.gateway_id else None, hop.livekit_trunk_id) for hop in way.hops],
        agent=agent,
        policies=said,
    )


def check_inbound(workspace: Workspace, to: str, caller: str, source: str = "") -> RouteCheck:
    """Return who would answer a call to a number now, with the fallback that business hours bring about."""
    found = _inbound(workspace, to, caller, source)
    number, refused = found.number, found.refusal
    reaches = (refused is None and not (found.seen and found.seen.is_foreign)) or (
        refused is not None and refused.reason == Reason.NO_AGENT
    )
    if number is None or not reaches or not is_closed_at(workspace, number, timezone.now()):
        return found
    row = first_fallback(number, [str(found.agent.pk)] if found.agent else [])
    if row is None:
        return replace(found, closed=True, note=f"{found.note} {CLOSED_UNHEEDED}".strip())
    note = f"{found.note} {CLOSED} {Fallback(row.fallback).label}.".strip()
    agent = row.fallback_agent if row.fallback == Fallback.AGENT else None
    return replace(found, closed=True, refusal=None, agent=agent, note=note)


def _inbound(workspace: Workspace, to: str, caller: str, source: str) -> RouteCheck:
    """Return who would answer a call to a number from an address, or why nobody would, decided as LiveKit does.

    If LiveKit is unreachable, the answer is based on Voxa's rows alone and says so.
    """
    number = routing.own_number(workspace.pk, to)
    agent = answering_agent(number, workspace.pk) if number else None
    project = TelephonySettings.of(workspace.pk).project
    seen = ask_livekit(project, to, caller, source) if project.is_configured else None
    found = RouteCheck(Direction.INBOUND, to, caller, _unanswered(workspace, number, agent), number=number, agent=agent)
    found = replace(found, trunk=number.trunk if number else None, seen=seen)
    if seen is None or seen.met is None:
        note = f"LiveKit could not be queried ({seen.error}). The result is based on Voxa's own data." if seen else ""
        return replace(found, note=note)
    if seen.is_foreign and (seen.trunk_row is None or _is_mine(workspace, seen.trunk_row)):
        return replace(found, refusal=None, agent=None, note=describe(seen))
    if seen.met.rule is not None and _is_mine(workspace, seen.rule_row):
        return replace(found, refusal=None if agent else Refusal(Reason.NO_AGENT, NO_AGENT))
    # Do not expose objects of other workspaces.
    hidden = seen.met.rule is not None or (seen.trunk_row is not None and not _is_mine(workspace, seen.trunk_row))
    refusal = Refusal(Reason.NOT_FOUND, UNKNOWN_NUMBER) if hidden or number is None else _turned_away(seen, found)
    return replace(found, refusal=refusal, seen=replace(seen, met=None) if hidden else seen)


def _is_mine(workspace: Workspace, row_id: UUID | None) -> bool:
    rows = (Trunk.objects, SipEndpoint.objects)
    return row_id is not None and any(each.filter(workspace=workspace, pk=row_id).exists() for each in rows)


def _turned_away(seen: Seen, found: RouteCheck) -> Refusal:
    """Return why LiveKit does not accept a call to a number of the workspace."""
    if seen.met is not None and seen.met.answer is Answer.ERROR:
        return Refusal(
            Reason.NO_TRUNK, "Trunks or dispatch rules in LiveKit conflict, so it responds 503. Run check_telephony."
        )
    if found.refusal is not None and found.refusal.reason != Reason.NO_AGENT:
        return Refusal(found.refusal.reason, f"{found.refusal.message} {RINGS}")
    why = f"LiveKit rejects calls to {found.to} from {seen.source}. Add the address as an inbound gateway."
    return Refusal(Reason.NO_TRUNK, f"{why} {RINGS}")


def _unanswered(workspace: Workspace, number: PhoneNumber | None, agent: Agent | None) -> Refusal | None:
    if number is None:
        return Refusal(Reason.NOT_FOUND, UNKNOWN_NUMBER)
    if not TelephonySettings.of(workspace.pk).project.is_configured:
        return Refusal(Reason.NOT_CONFIGURED, UNCONFIGURED)
    trunk, stands = number.trunk, livekit_ids(number.trunk)
    if trunk.status == TrunkStatus.FAILED:
        return Refusal(Reason.NO_TRUNK, f"The trunk failed: {trunk.last_error}")
    if not (stands.inbound and stands.rule):
        return Refusal(Reason.NO_TRUNK, NO_INBOUND)
    return None if agent else Refusal(Reason.NO_AGENT, NO_AGENT)


def _makes_calls(agent: Agent) -> bool:
    return agent.active and agent.direction != AgentDirection.INBOUND
