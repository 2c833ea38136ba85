"""A simulated INVITE: its trunk, authentication and room, or why it is dropped."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from ipaddress import ip_address, ip_interface
from typing import Any

from livekit.protocol.models import ParticipantInfo
from livekit.protocol.room import CreateRoomRequest
from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo

from telephony.sandbox.conflicts import pin_of, refuse_rule_conflicts
from telephony.sandbox.errors import TwirpError
from telephony.sandbox.legs import (
    CALL_ID,
    CALL_ID_FULL,
    CALL_TAG,
    LONGEST_CALL,
    LONGEST_RINGING,
    Leg,
    Plan,
    attributes_of,
)
from telephony.sandbox.matching import (
    CHALLENGED,
    UNTAKEN,
    Dropped,
    Invite,
    objection,
    rule_for,
    takes_number,
    trunk_for,
)
from telephony.sandbox.room_service import open_room
from telephony.sandbox.script import Script
from telephony.sandbox.state import State
from telephony.sandbox.store import new_id

NOWHERE = "192.0.2.1"  # an address reserved by RFC 5737


@dataclass(frozen=True)
class Asked:
    """The call to simulate. `source_ip` defaults to the first address that the number's trunk allows.

    Raises TypeError for a value of another type than its field's.
    """

    caller: str
    called: str
    source_ip: str = ""
    host: str = "sip.test"
    username: str = ""
    password: str = field(default="", repr=False)
    seconds: int = 0

    def __post_init__(self) -> None:
        for name in ("caller", "called", "source_ip", "host", "username", "password"):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"{name} must be a text")
        if not isinstance(self.seconds, int) or self.seconds < 0:
            raise TypeError("seconds must be a whole number from 0")


@dataclass(frozen=True)
class Verdict:
    """The result: ACCEPT with a room, or DROP with the reason.

    `wire` is what the caller's side is answered: of a call that nobody takes 100 and 180, then nothing more, so that
    the caller hears ringing without end.
    """

    result: str
    reason: str
    source_ip: str
    trunk_id: str = ""
    rule_id: str = ""
    room: str = ""
    identity: str = ""
    call_id: str = ""
    agents: tuple[str, ...] = ()
    wire: tuple[int, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def play(state: State, asked: Asked) -> Verdict:
    """Simulate an inbound call. Raise `ValueError` if `source_ip` is not an IP address."""
    source = asked.source_ip or _allowed_source(state, asked.called)
    if not state.sip.takes_calls_in:
        return Verdict("DROP", "There is no SIP service: the INVITE is not answered at all.", source)
    invite = Invite(asked.caller, asked.called, ip_address(source), asked.host)
    try:
        trunk = trunk_for(invite, list(state.inbound))
        if trunk is not None:
            _check_credentials(trunk, asked)
        rule = _rule(state, invite, trunk)
    except (Dropped, TwirpError) as refused:
        return Verdict("DROP", str(refused), source, wire=getattr(refused, "wire", UNTAKEN))
    return _accept(state, asked, source, trunk or SIPInboundTrunkInfo(), rule)


def _allowed_source(state: State, called: str) -> str:
    """Return an address that the number's trunk allows; any address if it allows all."""
    for trunk in state.inbound:
        if trunk.numbers and takes_number(trunk, called):
            for mask in trunk.allowed_addresses:
                with suppress(ValueError):
                    return str(ip_interface(mask).ip)
    return NOWHERE


def _check_credentials(trunk: SIPInboundTrunkInfo, asked: Asked) -> None:
    """Challenge the caller as the SIP service does: only if the trunk has both a username and a password."""
    if not (trunk.auth_username and trunk.auth_password):
        return
    if not asked.username:
        raise Dropped(
            f"407: trunk {trunk.sip_trunk_id} ({trunk.name}) asks for credentials, and none were given.", CHALLENGED
        )
    given, wanted = (
        json.dumps(pair).encode()
        for pair in ((asked.username, asked.password), (trunk.auth_username, trunk.auth_password))
    )
    if not hmac.compare_digest(given, wanted):
        raise Dropped(f"407: these are not the credentials of trunk {trunk.sip_trunk_id} ({trunk.name}).", CHALLENGED)


def _rule(state: State, invite: Invite, trunk: SIPInboundTrunkInfo | None) -> SIPDispatchRuleInfo:
    trunk_id = trunk.sip_trunk_id if trunk else ""
    rules = [rule for rule in state.rules if not trunk_id or not rule.trunk_ids or trunk_id in rule.trunk_ids]
    refuse_rule_conflicts(rules)
    rule = rule_for(invite, trunk, rules)
    if rule is None:
        raise Dropped(_why_no_rule(state, invite, trunk))
    if pin_of(rule):
        raise Dropped(f"Rule {rule.sip_dispatch_rule_id} asks for a PIN, which the sandbox's caller cannot enter.")
    return rule


def _why_no_rule(state: State, invite: Invite, trunk: SIPInboundTrunkInfo | None) -> str:
    if trunk is not None:
        return f"Trunk {trunk.sip_trunk_id} ({trunk.name}) takes the call, but no dispatch rule names it."
    having = [each for each in state.inbound if takes_number(each, invite.called)]
    if not having:
        return f"No inbound trunk has the number {invite.called}. Attach it to a trunk with an inbound gateway."
    return " ".join(objection(invite, each) for each in having)


def _accept(state: State, asked: Asked, source: str, trunk: SIPInboundTrunkInfo, rule: SIPDispatchRuleInfo) -> Verdict:
    shown = asked.caller[-4 if len(asked.caller) > 4 else -1 :] if rule.hide_phone_number else asked.caller
    info = _caller(asked, source, trunk, rule, shown)
    config = rule.room_config
    room = open_room(
        state,
        CreateRoomRequest(
            name=_room_name(rule, shown, asked.called),
            empty_timeout=config.empty_timeout,
            departure_timeout=config.departure_timeout,
            max_participants=config.max_participants,
            metadata=config.metadata,
            agents=config.agents,
        ),
    )
    plan = Plan(
        Script(talk_seconds=asked.seconds or None),
        ringing_limit=trunk.ringing_timeout.ToTimedelta().total_seconds() or LONGEST_RINGING,
        longest=trunk.max_call_duration.ToTimedelta().total_seconds() or LONGEST_CALL,
    )
    Leg(state, room, info, plan, answered_when=lambda: room.is_heard).start()
    attributes = dict(info.attributes)
    return Verdict(
        "ACCEPT",
        f"Trunk {trunk.sip_trunk_id} ({trunk.name}) takes the call, rule {rule.sip_dispatch_rule_id} places it.",
        source,
        trunk_id=trunk.sip_trunk_id,
        rule_id=rule.sip_dispatch_rule_id,
        room=room.info.name,
        identity=info.identity,
        call_id=attributes[CALL_ID],
        agents=tuple(agent.agent_name for agent in config.agents),
        wire=(100, 180),
        attributes=attributes,
    )


def _caller(
    asked: Asked, source: str, trunk: SIPInboundTrunkInfo, rule: SIPDispatchRuleInfo, shown: str
) -> ParticipantInfo:
    """Return the caller as a participant of the room."""
    hidden = rule.hide_phone_number
    digest = hashlib.sha256(asked.caller.encode()).digest()[:8].hex()
    attributes = attributes_of(
        rule.attributes,
        call_id=new_id("SCL_"),
        trunk_id=trunk.sip_trunk_id,
        phone=asked.caller,
        trunk_number=asked.called,
        host=asked.host,
        hidden=hidden,
    ) | {"sip.ruleID": rule.sip_dispatch_rule_id, CALL_ID_FULL: f"{new_id('')}@{source}", CALL_TAG: new_id("")}
    return ParticipantInfo(
        identity=f"sip_{digest if hidden else asked.caller}",
        name=f"Phone {shown}",
        metadata=rule.metadata,
        attributes=attributes,
    )


def _room_name(rule: SIPDispatchRuleInfo, caller: str, called: str) -> str:
    """Return the room name by the rule, with a random part where LiveKit adds one."""
    match rule.rule.WhichOneof("rule"):
        case "dispatch_rule_direct":
            return rule.rule.dispatch_rule_direct.room_name
        case "dispatch_rule_individual":
            individual = rule.rule.dispatch_rule_individual
            parts = [individual.room_prefix, caller, "" if individual.no_randomness else new_id("")]
        case _:
            callee = rule.rule.dispatch_rule_callee
            parts = [callee.room_prefix, called, new_id("") if callee.randomize else ""]
    return "_".join(part for part in parts if part)
