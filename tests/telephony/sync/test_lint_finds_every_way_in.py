"""Whatever LiveKit's matching lets a stranger do to a number of ours, the lint has found the object that does it."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from random import Random
from typing import Any, TypeVar
from uuid import uuid4

from livekit import api

from telephony.choices import ObjectKind
from telephony.livekit.entrances import entrance_of, rule_of
from telephony.livekit.matching import Answer, Invite, Match, match
from telephony.sandbox import conflicts, matching
from telephony.sandbox.errors import TwirpError
from telephony.sync.lint import Snapshot, lint
from telephony.sync.ownership import OwnershipTag

T = TypeVar("T")
World = tuple[list[api.SIPInboundTrunkInfo], list[api.SIPDispatchRuleInfo]]

WORLDS = 4_000
HERE, ROW = uuid4(), uuid4()
NUMBER, STRANGER, CARRIER = "+15550100000", "203.0.113.99", "192.0.2.10"
TRUNK_MARK, RULE_MARK = str(OwnershipTag(HERE, ObjectKind.INBOUND, ROW)), str(OwnershipTag(HERE, ObjectKind.RULE, ROW))
NUMBERS = [NUMBER, "15550100000", "1 555 010-0000", "+15550109999", "desk.acme"]
CALLERS = ["+12025550123", "12025550123", "anonymous"]
ENTRIES = [
    "192.0.2.10/32", "192.0.2.10", "0.0.0.0/0", STRANGER, "sip.example.com", "1.2.3.4;x", "", " 1.2.3.4", "::/0",
    "203.0.113.0/255.255.255.0", "2001:db8::/32", "203.0.0.0/8", "128.0.0.0/1", "a/b", "[2001:db8::9]", "1.2.3.4/08",
]  # fmt: skip
HOSTS = ["sip.example.com", CARRIER, STRANGER, "", "anything.example.net"]


def some(random: Random, items: Sequence[T], most: int = 2) -> list[T]:
    return [random.choice(items) for _ in range(random.randrange(most + 1))]


def trunk(random: Random, place: int) -> api.SIPInboundTrunkInfo:
    return api.SIPInboundTrunkInfo(
        sip_trunk_id=f"ST_{place}",
        metadata=random.choice(["", TRUNK_MARK]),
        numbers=some(random, NUMBERS),
        allowed_addresses=some(random, ENTRIES, 3),
        allowed_numbers=random.choice([[], some(random, CALLERS)]),
        auth_username=random.choice(["", "u"]),
        auth_password=random.choice(["", "p"]),
    )


def rule(random: Random, place: int) -> api.SIPDispatchRuleInfo:
    pin = random.choice(["", "", "1234"])
    kinds: list[dict[str, Any]] = [
        {"dispatch_rule_direct": api.SIPDispatchRuleDirect(room_name=f"r{place}", pin=pin)},
        {"dispatch_rule_individual": api.SIPDispatchRuleIndividual(room_prefix="call-", pin=pin)},
        {"dispatch_rule_callee": api.SIPDispatchRuleCallee(room_prefix="x", pin=pin)},
    ]
    return api.SIPDispatchRuleInfo(
        sip_dispatch_rule_id=f"SDR_{place}",
        metadata=random.choice(["", RULE_MARK]),
        trunk_ids=some(random, ["ST_0", "ST_1", "ST_gone"]),
        numbers=random.choice([[], some(random, NUMBERS)]),
        inbound_numbers=random.choice([[], some(random, CALLERS)]),
        rule=api.SIPDispatchRule(**random.choice(kinds)),
    )


def worlds(seed: int) -> Iterator[tuple[World, Random]]:
    random = Random(seed)
    for _ in range(WORLDS):
        trunks = [trunk(random, place) for place in range(random.randrange(3))]
        yield (trunks, [rule(random, place) for place in range(random.randrange(4))]), random


def met(world: World, caller: str, called: str, source: str, host: str) -> Match:
    invite = Invite(caller, called, ip_address(source), host)
    return match(invite, map(entrance_of, world[0]), map(rule_of, world[1]))


def test_a_stranger_who_gets_in_or_breaks_a_call_was_found() -> None:
    got_in = 0
    for world, random in worlds(1):
        found = met(
            world, random.choice(CALLERS), NUMBER, random.choice([STRANGER, "2001:db8::9"]), random.choice(HOSTS)
        )
        guarded = found.trunk and found.trunk.asks_for_credentials  # 407: a stranger does not know the password
        if found.answer is Answer.DROP or guarded:
            continue
        got_in += 1
        snapshot = Snapshot(tuple(map(entrance_of, world[0])), tuple(map(rule_of, world[1])), HERE, {NUMBER: ROW})
        told = {one for finding in lint(snapshot) for one in (finding.livekit_id, *finding.with_ids)}
        assert told & {one.id for one in (found.trunk, found.rule) if one} | told & set(found.conflict), world
    assert got_in > WORLDS / 20


def sandbox_met(world: World, caller: str, called: str, source: str, host: str) -> tuple[str | None, Answer]:
    invite = matching.Invite(caller, called, ip_address(source), host)
    try:
        taking = matching.trunk_for(invite, world[0])
        listed = [one for one in world[1] if not taking or not one.trunk_ids or taking.sip_trunk_id in one.trunk_ids]
        conflicts.refuse_rule_conflicts(listed)
    except (matching.Dropped, TwirpError):
        return None, Answer.ERROR
    chosen = matching.rule_for(invite, taking, listed)
    if chosen is None:
        return None, Answer.DROP
    return chosen.sip_dispatch_rule_id, Answer.PIN if conflicts.pin_of(chosen) else Answer.ACCEPT


def test_our_matching_and_the_sandboxs_say_the_same() -> None:
    for world, random in worlds(2):
        source = random.choice([STRANGER, CARRIER, "2001:db8::9", "::1"])
        asked = (random.choice(CALLERS), random.choice(NUMBERS), source, random.choice(HOSTS))
        found = met(world, *asked)
        assert (found.rule.id if found.rule else None, found.answer) == sandbox_met(world, *asked), (world, asked)
