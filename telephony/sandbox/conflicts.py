"""Conflicts between trunks and between rules, as LiveKit finds them."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import TypeVar

from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo

from telephony.sandbox.errors import invalid
from telephony.sandbox.numbers import normalized

T = TypeVar("T")


def quoted(text: str) -> str:
    """Quote in the style of LiveKit's messages."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def with_new(stored: Sequence[T], new: T) -> list[T]:
    """Put the new one second, in LiveKit's order of comparison, which decides which one the message names first."""
    return [*stored[:1], new, *stored[1:]]


def refuse_trunk_conflicts(trunks: Iterable[SIPInboundTrunkInfo]) -> None:
    """Raise if two trunks take the same number from the same callers. A trunk without an id is the new one."""
    taken: dict[tuple[str, str], SIPInboundTrunkInfo] = {}
    for trunk in trunks:
        for number, caller in product(_every(trunk.numbers), list(trunk.allowed_numbers) or [""]):
            other = taken.setdefault((number, normalized(caller)), trunk)
            if other.sip_trunk_id != trunk.sip_trunk_id:
                raise invalid(_trunk_conflict(trunk, other, caller))


def _trunk_conflict(trunk: SIPInboundTrunkInfo, other: SIPInboundTrunkInfo, caller: str) -> str:
    ids = " and ".join(quoted(each.sip_trunk_id or "<new>") for each in (trunk, other))
    numbers = "[" + " ".join(map(quoted, trunk.numbers)) + "]" if trunk.numbers else "<any>"
    end = f"and AllowedNumber {quoted(caller)}" if caller else "without AllowedNumbers set"
    return f"Conflicting inbound SIP Trunks: {ids}, using the same number(s) {numbers} {end}"


def refuse_rule_conflicts(rules: Iterable[SIPDispatchRuleInfo]) -> None:
    """Raise if two rules answer the same trunk, caller, number and PIN."""
    taken: dict[tuple[str, str, str, str], SIPDispatchRuleInfo] = {}
    for rule in rules:
        pin = pin_of(rule)
        trunks = list(rule.trunk_ids) or [""]
        for trunk, caller, number in product(trunks, _every(rule.inbound_numbers), _every(rule.numbers)):
            key = (pin, trunk, caller, number)
            if key in taken:
                other = taken[key]
                names = f"{quoted(other.sip_dispatch_rule_id or '<new>')} {quoted(other.name or '<blank name>')}"
                raise invalid(
                    "Dispatch rule for the same trunk, inbound number, number, and PIN combination already exists "
                    f"in dispatch rule {names}"
                )
            taken[key] = rule


def pin_of(rule: SIPDispatchRuleInfo) -> str:
    """Return a rule's PIN, empty for none. Raises TwirpError for a rule without a kind."""
    match rule.rule.WhichOneof("rule"):
        case "dispatch_rule_direct":
            return rule.rule.dispatch_rule_direct.pin
        case "dispatch_rule_individual":
            return rule.rule.dispatch_rule_individual.pin
        case "dispatch_rule_callee":
            return rule.rule.dispatch_rule_callee.pin
        case _:
            raise invalid("twirp error unknown: unsupported SIP Dispatch Rule: <nil>")


def _every(numbers: Iterable[str]) -> list[str]:
    """Return the numbers to compare; none at all means any number."""
    return [normalized(number) for number in numbers] or [""]
