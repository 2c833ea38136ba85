"""Match an INVITE to inbound trunk and dispatch rule as livekit-server 1.13 does (protocol/sip/sip.go). Pure.

The server's weaknesses are reproduced: malformed entries of an allow-list are silently dropped, an allow-list without
valid entries allows everyone, and an entry that equals the From host, which the caller sets, admits the caller.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import product

from telephony.livekit.entrances import Entrance, Rule

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NUMBER = re.compile(r"\+?[\d\- ()]+", re.ASCII)
_DROPPED = re.compile(r"[()+*;, \t\n\r]|://")
_PREFIX = re.compile(r"0|[1-9]\d{0,2}", re.ASCII)
_KINDS = ("direct", "individual", "callee")
_WITHOUT_PIN, _UNNAMED = 100, 1000  # what each adds to a rule's rank


@dataclass(frozen=True, slots=True)
class Invite:
    """An inbound call by its INVITE. `host` is the host of its From header."""

    caller: str
    called: str
    source: Address
    host: str = ""


class Answer(StrEnum):
    """Response of the SIP service to an INVITE."""

    ACCEPT = "accept"
    PIN = "pin"  # answers and asks the caller for a PIN
    DROP = "drop"  # lets it ring endlessly
    ERROR = "error"  # responds with 503: stored objects conflict


@dataclass(frozen=True, slots=True)
class Match:
    """The response, the trunk (None: none) and the rule; `conflict` are the conflicting objects."""

    answer: Answer
    trunk: Entrance | None = None
    rule: Rule | None = None
    conflict: tuple[str, ...] = ()


class Contradiction(Exception):
    """Raised for objects between which LiveKit refuses to choose."""

    def __init__(self, *ids: str) -> None:
        super().__init__(", ".join(ids))
        self.ids = ids


def match(invite: Invite, trunks: Iterable[Entrance], rules: Iterable[Rule]) -> Match:
    """Return the SIP service's response to an INVITE. Credentials are not checked."""
    trunk = None
    try:
        trunk = trunk_for(invite, trunks)
        listed = [rule for rule in rules if trunk is None or not rule.trunk_ids or trunk.id in rule.trunk_ids]
        refuse_conflicts(listed)
    except Contradiction as found:
        return Match(Answer.ERROR, trunk, conflict=found.ids)
    rule = rule_for(invite, trunk, listed)
    if rule is None:
        return Match(Answer.DROP, trunk)
    return Match(Answer.PIN if rule.pin else Answer.ACCEPT, trunk, rule)


def trunk_for(invite: Invite, trunks: Iterable[Entrance]) -> Entrance | None:
    """Return the trunk that accepts the call: one with its number before one without numbers.

    Raise `Contradiction` if there are several.
    """
    taking = [trunk for trunk in trunks if takes_caller(trunk, invite) and takes_number(trunk, invite.called)]
    named = [trunk for trunk in taking if trunk.numbers]
    found = named or taking
    if len(found) > 1:
        raise Contradiction(*(trunk.id for trunk in found))
    return found[0] if found else None


def takes_caller(trunk: Entrance, invite: Invite) -> bool:
    """Return whether a trunk accepts this caller from this address."""
    return (not trunk.allowed_numbers or _has(trunk.allowed_numbers, invite.caller)) and allows(
        trunk.allowed_addresses, invite.source, invite.host
    )


def takes_number(trunk: Entrance, number: str) -> bool:
    """Return whether a trunk has this number; one without numbers matches all."""
    return not trunk.numbers or _has(trunk.numbers, number)


def allows(entries: Sequence[str], source: Address, host: str) -> bool:
    """Return whether an allow-list allows an address or a From host."""
    kept = [entry for entry in entries if not is_dropped(entry)]
    return not kept or any(entry == host or holds(entry, source) for entry in kept)


def is_dropped(entry: str) -> bool:
    """Return whether LiveKit silently drops this entry of an allow-list."""
    return bool(_DROPPED.search(entry))


@lru_cache(maxsize=10_000)
def network_of(entry: str) -> Network | None:
    """Return an entry's addresses, None if LiveKit does not parse it as an address or network."""
    address, slash, prefix = entry.partition("/")
    try:
        if not slash:
            return None if "%" in address else ip_network(ip_address(address))
        if "%" in address or not _PREFIX.fullmatch(prefix):
            return None
        return ip_network(entry, strict=False)
    except ValueError:
        return None


def holds(entry: str, source: Address) -> bool:
    """Return whether an entry is an address or network that contains this source."""
    network = network_of(entry)
    return network is not None and source in network


def rule_for(invite: Invite, trunk: Entrance | None, rules: Iterable[Rule]) -> Rule | None:
    """Return the rule that matches the call: one with the trunk before one for all trunks."""
    fitting = [
        rule
        for rule in rules
        if (not rule.inbound_numbers or invite.caller in rule.inbound_numbers)
        and (not rule.numbers or invite.called in rule.numbers)
    ]
    naming = [rule for rule in fitting if trunk is not None and trunk.id in rule.trunk_ids]
    return min(naming or [rule for rule in fitting if not rule.trunk_ids], key=rank, default=None)


def rank(rule: Rule) -> tuple[int, str]:
    """Return a rule's rank; the lowest wins. Rules with a PIN or numbers come first."""
    unnamed = _UNNAMED * (not rule.inbound_numbers) + _UNNAMED * (not rule.numbers)
    return unnamed + (0 if rule.pin else _WITHOUT_PIN) + _KINDS.index(rule.kind), rule.room


def rule_keys(rule: Rule) -> Iterator[tuple[str, str, str, str]]:
    """Return the combinations of PIN, trunk, caller and number of a rule; two rules must not share one."""
    trunks, callers, numbers = rule.trunk_ids or ("",), rule.inbound_numbers or ("",), rule.numbers or ("",)
    for trunk, caller, number in product(trunks, callers, numbers):
        yield rule.pin, trunk, normalized(caller), normalized(number)


def rule_conflicts(rules: Iterable[Rule]) -> Iterator[tuple[Rule, Rule]]:
    """Return pairs of rules that LiveKit rejects as conflicting; a rule can conflict with itself."""
    claimed: dict[tuple[str, str, str, str], Rule] = {}
    told: set[tuple[str, str]] = set()
    for rule in rules:
        for key in rule_keys(rule):
            if key not in claimed:
                claimed[key] = rule
            elif (claimed[key].id, rule.id) not in told:
                told.add((claimed[key].id, rule.id))
                yield claimed[key], rule


def refuse_conflicts(rules: Iterable[Rule]) -> None:
    """Raise `Contradiction` if LiveKit rejects these rules: one of an unknown kind, or two in conflict."""
    listed = list(rules)
    for rule in listed:
        if not rule.kind:
            raise Contradiction(rule.id)
    for one, other in rule_conflicts(listed):
        raise Contradiction(*dict.fromkeys((one.id, other.id)))


def normalized(number: str) -> str:
    """Return a number with `+` and without separators; other texts are not changed."""
    if not _NUMBER.fullmatch(number):
        return number
    return "+" + re.sub(r"[+\- ()]", "", number)


def _has(numbers: Iterable[str], number: str) -> bool:
    wanted = normalized(number)
    return any(normalized(each) == wanted for each in numbers)
