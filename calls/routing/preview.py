"""What a call would meet, asked without placing it: number, trunk, gateways, agent, policies, and why not."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from django.utils import timezone

from accounts.models import Workspace
from calls.choices import Direction, Reason
from calls.models import Call
from calls.routing import route as routing
from calls.routing.inbound import RINGS, Seen, ask_livekit, describe
from calls.routing.policies import Refusal, verdicts, weightiest
from calls.routing.route import Route
from telephony.choices import AgentDirection, TrunkStatus
from telephony.livekit.matching import Answer
from telephony.models import Agent, Gateway, PhoneNumber, SipEndpoint, TelephonySettings, Trunk
from telephony.selectors import answering_agent, livekit_ids

UNKNOWN_NUMBER = f"This workspace has no such number, and LiveKit takes the call nowhere. {RINGS}"
UNCONFIGURED = "LiveKit is not configured. Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
NO_INBOUND = "The trunk takes no calls: give it an inbound gateway with an address, and provision it."
NO_AGENT = "No agent would answer. Give the number an agent, or the workspace an active inbound one."
WRONG_AGENT = "The agent is not active, or only takes inbound calls. Choose another."


@dataclass(frozen=True)
class RouteCheck:
    """What a call would meet; `refusal` is why it would not be put through now."""

    direction: Direction
    to: str
    caller: str
    refusal: Refusal | None
    dialled: str = ""
    number: PhoneNumber | None = None
    trunk: Trunk | None = None
    gateways: list[tuple[Gateway | None, str]] = field(default_factory=list)  # with the id in LiveKit
    agent: Agent | None = None
    policies: dict[str, Refusal | None] = field(default_factory=dict)
    seen: Seen | None = None  # what LiveKit would do with a call that comes in
    note: str = ""


def check_outbound(workspace: Workspace, to: str, caller: str, agent: Agent | None, trunk: Trunk | None) -> RouteCheck:
    """Ask route and policies what they would say to a call now. `trunk` is one that is asked for by name."""
    now = timezone.now()
    config = TelephonySettings.of(workspace.pk)
    config.workspace = workspace
    number = routing.own_number(workspace.pk, caller)
    call = Call(workspace=workspace, to_number=to, from_number=caller, trunk=trunk, trunk_chosen=trunk is not None)
    found = routing.route(call, config, now)
    way = found if isinstance(found, Route) else Route((), trunk or (number.trunk if number else None), number)
    said = verdicts(routing.facts(call, way, config, now))
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
        dialled=way.dialled(to),
        number=number,
        trunk=way.trunk,
        gateways=[(known.get(hop.gateway_id) if hop.gateway_id else None, hop.livekit_trunk_id) for hop in way.hops],
        agent=agent,
        policies=said,
    )


def check_inbound(workspace: Workspace, to: str, caller: str, source: str = "") -> RouteCheck:
    """Explain who would answer a call to a number from an address, and why nobody would, as LiveKit itself decides it.

    Where LiveKit cannot be asked the answer is from Voxa's rows alone, and says so.
    """
    number = routing.own_number(workspace.pk, to)
    agent = answering_agent(number, workspace.pk) if number else None
    project = TelephonySettings.of(workspace.pk).project
    seen = ask_livekit(project, to, caller, source) if project.is_configured else None
    found = RouteCheck(Direction.INBOUND, to, caller, _unanswered(workspace, number, agent), number=number, agent=agent)
    found = replace(found, trunk=number.trunk if number else None, seen=seen)
    if seen is None or seen.met is None:
        note = f"LiveKit could not be asked ({seen.error}): this is what Voxa's rows say." if seen else ""
        return replace(found, note=note)
    if seen.is_foreign and (seen.trunk_row is None or _is_mine(workspace, seen.trunk_row)):
        return replace(found, refusal=None, agent=None, note=describe(seen))
    if seen.met.rule is not None and _is_mine(workspace, seen.rule_row):
        return replace(found, refusal=None if agent else Refusal(Reason.NO_AGENT, NO_AGENT))
    # Another workspace's objects are not shown.
    hidden = seen.met.rule is not None or (seen.trunk_row is not None and not _is_mine(workspace, seen.trunk_row))
    refusal = Refusal(Reason.NOT_FOUND, UNKNOWN_NUMBER) if hidden or number is None else _turned_away(seen, found)
    return replace(found, refusal=refusal, seen=replace(seen, met=None) if hidden else seen)


def _is_mine(workspace: Workspace, row_id: UUID | None) -> bool:
    rows = (Trunk.objects, SipEndpoint.objects)
    return row_id is not None and any(each.filter(workspace=workspace, pk=row_id).exists() for each in rows)


def _turned_away(seen: Seen, found: RouteCheck) -> Refusal:
    """Return why LiveKit does not take a call to a number of the workspace."""
    if seen.met is not None and seen.met.answer is Answer.ERROR:
        return Refusal(
            Reason.NO_TRUNK, "Trunks or rules in LiveKit contradict each other: it answers 503. See check_telephony."
        )
    if found.refusal is not None and found.refusal.reason != Reason.NO_AGENT:
        return Refusal(found.refusal.reason, f"{found.refusal.message} {RINGS}")
    why = f"LiveKit takes no call to {found.to} from {seen.source}. Add the address as an inbound gateway."
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
