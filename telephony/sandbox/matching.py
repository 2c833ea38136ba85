"""Match an INVITE to a trunk and a dispatch rule as LiveKit does, or explain why none matches. Pure.

LiveKit's own matching is kept, its weaknesses too: a host name among the allowed addresses matches the From host.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo

from telephony.sandbox.conflicts import pin_of
from telephony.sandbox.numbers import normalized

_BAD_MASK = re.compile(r"[()+*;, \t\n\r]|://")
_PREFIX = re.compile(r"0|[1-9]\d{0,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Invite:
    """An INVITE: caller, callee, source address and From host."""

    caller: str
    called: str
    source: IPv4Address | IPv6Address
    host: str


UNTAKEN = (100, 180)  # then nothing: the caller hears endless ringing
CHALLENGED = (100, 407)


class Dropped(Exception):
    """The call is rejected; the message has the reason and the remedy. `wire` holds the SIP responses."""

    def __init__(self, reason: str, wire: tuple[int, ...] = UNTAKEN) -> None:
        super().__init__(reason)
        self.wire = wire


def trunk_for(invite: Invite, trunks: Sequence[SIPInboundTrunkInfo]) -> SIPInboundTrunkInfo | None:
    """Return the trunk for the call. Raises Dropped if several match."""
    taking = [trunk for trunk in trunks if not objection(invite, trunk)]
    named = [trunk for trunk in taking if trunk.numbers]
    found = named or taking
    if len(found) > 1:
        ids = ", ".join(trunk.sip_trunk_id for trunk in found)
        raise Dropped(f"Several trunks take this call: {ids}. Let only one of them have the number.")
    return found[0] if found else None


def objection(invite: Invite, trunk: SIPInboundTrunkInfo) -> str:
    """Return why a trunk rejects the call; empty if it accepts it."""
    name = f"Trunk {trunk.sip_trunk_id} ({trunk.name})"
    if not takes_number(trunk, invite.called):
        return f"{name} does not have the number {invite.called}."
    if trunk.allowed_numbers and not _has(trunk.allowed_numbers, invite.caller):
        return f"{name} takes no calls from {invite.caller}: it names the callers it allows."
    if not _allows(trunk.allowed_addresses, invite):
        allowed = ", ".join(trunk.allowed_addresses)
        return f"{name} takes no calls from {invite.source}. Allowed: {allowed}."
    return ""


def takes_number(trunk: SIPInboundTrunkInfo, number: str) -> bool:
    """Return whether a trunk has this number; a trunk without numbers has all."""
    return not trunk.numbers or _has(trunk.numbers, number)


def rule_for(
    invite: Invite, trunk: SIPInboundTrunkInfo | None, rules: Sequence[SIPDispatchRuleInfo]
) -> SIPDispatchRuleInfo | None:
    """Return the dispatch rule for the call; a rule that names the trunk wins over one for all trunks."""
    fitting = [
        rule
        for rule in rules
        if (not rule.inbound_numbers or invite.caller in rule.inbound_numbers)
        and (not rule.numbers or invite.called in rule.numbers)
    ]
    naming = [rule for rule in fitting if trunk is not None and trunk.sip_trunk_id in rule.trunk_ids]
    return min(naming or [rule for rule in fitting if not rule.trunk_ids], key=_rank, default=None)


def _rank(rule: SIPDispatchRuleInfo) -> tuple[int, str]:
    """Rules with a PIN first, then direct before individual before callee, named numbers before all numbers.

    Among equals the name or prefix of the room decides.
    """
    kinds = ("dispatch_rule_direct", "dispatch_rule_individual", "dispatch_rule_callee")
    open_to_all = 0 if pin_of(rule) else 100
    unnamed = 1000 * (not rule.inbound_numbers) + 1000 * (not rule.numbers)
    kind = rule.rule.WhichOneof("rule") or ""
    chosen = getattr(rule.rule, kind)
    room = chosen.room_name if kind == kinds[0] else chosen.room_prefix
    return unnamed + open_to_all + kinds.index(kind), room


def _has(numbers: Sequence[str], number: str) -> bool:
    return normalized(number) in {normalized(each) for each in numbers}


def _allows(masks: Sequence[str], invite: Invite) -> bool:
    readable = [mask for mask in masks if not _BAD_MASK.search(mask)]
    return not readable or any(mask == invite.host or _holds(mask, invite.source) for mask in readable)


def _holds(mask: str, address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is in a mask. Go's netip accepts a prefix length only, no netmask and no zone."""
    _, slash, prefix = mask.partition("/")
    if "%" in mask or (slash and not _PREFIX.fullmatch(prefix)):
        return False
    try:
        return address in ip_network(mask, strict=False) if slash else address == ip_address(mask)
    except ValueError:
        return False
