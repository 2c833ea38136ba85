"""Inbound trunks and dispatch rules as LiveKit's matching reads them, whoever created them. Passwords are not kept."""

from dataclasses import dataclass, field

from livekit import api

_KINDS = {
    "dispatch_rule_direct": "direct",
    "dispatch_rule_individual": "individual",
    "dispatch_rule_callee": "callee",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """An inbound trunk: its numbers, allowed addresses and callers, credentials.

    An empty `numbers` accepts calls to any number, an empty `allowed_numbers` calls from any caller.
    """

    id: str
    name: str = ""
    metadata: str = ""
    numbers: tuple[str, ...] = ()
    allowed_addresses: tuple[str, ...] = ()
    allowed_numbers: tuple[str, ...] = ()
    has_username: bool = False
    has_password: bool = False

    @property
    def asks_for_credentials(self) -> bool:
        """Return whether callers are challenged: only if username and password are both set."""
        return self.has_username and self.has_password


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A dispatch rule: where calls go. An empty `trunk_ids` matches calls of every trunk and of no trunk.

    `kind` is direct, individual or callee, or empty if this version does not know it.
    """

    id: str
    name: str = ""
    metadata: str = ""
    trunk_ids: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    inbound_numbers: tuple[str, ...] = ()
    kind: str = "individual"
    pin: str = field(default="", repr=False)
    room: str = ""
    agents: tuple[str, ...] = ()
    attributes: frozenset[str] = frozenset()  # names of the attributes of the caller's participant


def entrance_of(info: api.SIPInboundTrunkInfo) -> Entrance:
    """Parse LiveKit's message of an inbound trunk."""
    return Entrance(
        id=info.sip_trunk_id,
        name=info.name,
        metadata=info.metadata,
        numbers=tuple(info.numbers),
        allowed_addresses=tuple(info.allowed_addresses),
        allowed_numbers=tuple(info.allowed_numbers),
        has_username=bool(info.auth_username),
        has_password=bool(info.auth_password),
    )


def rule_of(info: api.SIPDispatchRuleInfo) -> Rule:
    """Parse LiveKit's message of a dispatch rule."""
    which = info.rule.WhichOneof("rule")
    chosen = getattr(info.rule, which) if which else None
    return Rule(
        id=info.sip_dispatch_rule_id,
        name=info.name,
        metadata=info.metadata,
        trunk_ids=tuple(info.trunk_ids),
        numbers=tuple(info.numbers),
        inbound_numbers=tuple(info.inbound_numbers),
        kind=_KINDS.get(which or "", ""),
        pin=chosen.pin if chosen else "",
        room=(chosen.room_name if which == "dispatch_rule_direct" else chosen.room_prefix) if chosen else "",
        agents=tuple(agent.agent_name for agent in info.room_config.agents),
        attributes=frozenset(info.attributes),
    )
