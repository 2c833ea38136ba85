"""Voxa's own matching of an INVITE says what the server does, on what the server lists."""

from ipaddress import ip_address

import pytest
from livekit import api

from telephony.livekit.entrances import entrance_of, rule_of
from telephony.livekit.matching import Answer, Invite, match
from tests.contract.cases import add_inbound, add_rule, inbound_now, rules_now
from tests.contract.phones import Phones

CALLER, CALLED, CARRIER, STRANGER = "+15550100001", "+15550109999", "198.51.100.7", "203.0.113.99"
ENTRIES = [
    [], [CARRIER], ["198.51.100.0/24"], ["0.0.0.0/0"], ["sip.example.org"], ["1.2.3.4;x"], ["1.2.3.4;x", CARRIER],
    ["203.0.113.0/255.255.255.0"], ["203.0.113.0/024"], ["[::1]"], ["not/a/network"],
]  # fmt: skip


@pytest.mark.parametrize("entries", ENTRIES, ids=str)
@pytest.mark.parametrize("numbers", [[CALLED], [CALLED.removeprefix("+")], []], ids=str)
async def test_trunks(lk: api.LiveKitAPI, phones: Phones, entries: list[str], numbers: list[str]) -> None:
    trunk = api.SIPInboundTrunkInfo(numbers=numbers, allowed_addresses=entries)
    if not (numbers or entries):
        return  # the server takes no such trunk
    await add_rule(lk, await add_inbound(lk, *numbers, allowed_addresses=list(trunk.allowed_addresses)))
    for source, host in ((CARRIER, "sip.test"), (STRANGER, "sip.test"), (STRANGER, "sip.example.org")):
        await same(lk, phones, source, host)


async def test_rules_by_rank_and_without_a_trunk(lk: api.LiveKitAPI, phones: Phones) -> None:
    trunk = await add_inbound(lk, CALLED, allowed_addresses=[CARRIER])
    await same(lk, phones, CARRIER)
    await add_rule(lk)
    await same(lk, phones, STRANGER)
    await add_rule(lk, trunk)
    await same(lk, phones, CARRIER)
    await add_rule(lk, trunk, inbound_numbers=[CALLER])
    await same(lk, phones, CARRIER)


async def same(lk: api.LiveKitAPI, phones: Phones, source: str, host: str = "sip.test") -> None:
    trunks, rules = map(entrance_of, await inbound_now(lk)), map(rule_of, await rules_now(lk))
    met = match(Invite(CALLER, CALLED, ip_address(source), host), trunks, rules)
    answer = phones.invite(CALLER, CALLED, source, host)
    expected = "ACCEPT" if met.answer is Answer.ACCEPT else "DROP"
    assert answer.result == expected
    if met.rule:
        assert (answer.trunk_id, answer.rule_id) == (met.trunk.id if met.trunk else "", met.rule.id)
