"""What a call coming in meets."""

import asyncio
import re

import pytest
from livekit import api

from tests.contract.cases import add_inbound, add_rule, individual, participants_now, wait_for
from tests.contract.phones import Phones

CALLER, CALLED, GATEWAY, STRANGER = "+15550100001", "+15550109999", "198.51.100.7", "203.0.113.99"


@pytest.fixture
async def trunk(lk: api.LiveKitAPI) -> str:
    return await add_inbound(lk, CALLED, allowed_addresses=[GATEWAY, "192.0.2.0/28", "carrier.example.org"])


async def test_the_caller_stands_in_the_rules_room(lk: api.LiveKitAPI, trunk: str, phones: Phones) -> None:
    config = api.RoomConfiguration(agents=[api.RoomAgentDispatch(agent_name="voxa-agent", metadata="{}")])
    rule = await add_rule(lk, trunk, attributes={"voxa.trunk": "t"}, metadata="m", room_config=config)
    answer = phones.invite(CALLER, CALLED, GATEWAY)
    assert (answer.result, answer.trunk_id, answer.rule_id) == ("ACCEPT", trunk, rule)
    assert (answer.identity, answer.agents) == (f"sip_{CALLER}", ("voxa-agent",))
    assert re.fullmatch(rf"call-_{re.escape(CALLER)}_\w{{12}}", answer.room)

    assert answer.wire == (100, 180)

    async def caller() -> list[api.ParticipantInfo]:
        return [one for one in await participants_now(lk, answer.room) if one.kind == api.ParticipantInfo.SIP]

    await wait_for(caller, lambda found: len(found) == 1)
    (phone,) = await caller()
    assert (phone.identity, phone.name, phone.metadata) == (f"sip_{CALLER}", f"Phone {CALLER}", "m")
    call_id = phone.attributes.pop("sip.callID")
    assert call_id.startswith("SCL_")
    assert phone.attributes.pop("sip.callIDFull") not in ("", call_id)
    assert phone.attributes.pop("sip.callTag")
    assert dict(phone.attributes) == {
        "voxa.trunk": "t",
        "sip.callStatus": "ringing",
        "sip.trunkID": trunk,
        "sip.ruleID": rule,
        "sip.phoneNumber": CALLER,
        "sip.trunkPhoneNumber": CALLED,
        "sip.hostname": "sip.test",
    }
    assert [one.agent_name for one in await lk.agent_dispatch.list_dispatch(answer.room)] == ["voxa-agent"]


@pytest.mark.parametrize(
    ("source", "host", "result"),
    [
        (GATEWAY, "sip.test", "ACCEPT"),
        ("192.0.2.15", "sip.test", "ACCEPT"),
        ("192.0.2.16", "sip.test", "DROP"),
        (STRANGER, "sip.test", "DROP"),
        ("2001:db8::1", "sip.test", "DROP"),
        (STRANGER, "carrier.example.org", "ACCEPT"),  # anyone can write this From host
        (STRANGER, GATEWAY, "ACCEPT"),
    ],
)
async def test_addresses_and_from_hosts_let_in(
    lk: api.LiveKitAPI, trunk: str, phones: Phones, source: str, host: str, result: str
) -> None:
    await add_rule(lk, trunk)
    assert phones.invite(CALLER, CALLED, source, host).result == result


async def test_addresses_that_cannot_be_read_let_everyone_in(lk: api.LiveKitAPI, phones: Phones) -> None:
    await add_rule(lk, await add_inbound(lk, CALLED, allowed_addresses=["1.2.3.4;x", " 1.2.3.4"]))
    assert phones.invite(CALLER, CALLED, STRANGER).result == "ACCEPT"


@pytest.mark.parametrize("called", [CALLED, CALLED.removeprefix("+")])
async def test_numbers_match_with_and_without_plus(lk: api.LiveKitAPI, trunk: str, phones: Phones, called: str) -> None:
    await add_rule(lk, trunk)
    assert phones.invite(CALLER, called, GATEWAY).result == "ACCEPT"


async def test_another_number_is_dropped(lk: api.LiveKitAPI, trunk: str, phones: Phones) -> None:
    await add_rule(lk, trunk)
    assert phones.invite(CALLER, "+15550108888", GATEWAY).result == "DROP"


async def test_a_trunk_may_name_its_callers(lk: api.LiveKitAPI, phones: Phones) -> None:
    await add_rule(lk, await add_inbound(lk, CALLED, allowed_numbers=["+15550107777"]))
    assert phones.invite(CALLER, CALLED, GATEWAY).result == "DROP"
    assert phones.invite("+15550107777", CALLED, GATEWAY).result == "ACCEPT"


async def test_without_a_rule_a_call_is_dropped(lk: api.LiveKitAPI, trunk: str, phones: Phones) -> None:
    assert phones.invite(CALLER, CALLED, GATEWAY).result == "DROP"
    await add_rule(lk, await add_inbound(lk, "+15550108888"))
    assert phones.invite(CALLER, CALLED, GATEWAY).result == "DROP"


async def test_a_rule_without_trunks_takes_calls_from_anyone(lk: api.LiveKitAPI, phones: Phones) -> None:
    rule = await add_rule(lk)
    answer = phones.invite(CALLER, CALLED, STRANGER)
    assert (answer.result, answer.trunk_id, answer.rule_id) == ("ACCEPT", "", rule)


async def test_the_trunks_own_rule_comes_first(lk: api.LiveKitAPI, trunk: str, phones: Phones) -> None:
    await add_rule(lk)
    own = await add_rule(lk, trunk)
    assert phones.invite(CALLER, CALLED, GATEWAY).rule_id == own


async def test_a_rules_numbers_are_compared_to_the_letter(lk: api.LiveKitAPI, trunk: str, phones: Phones) -> None:
    general = await add_rule(lk, trunk)
    exact = await add_rule(lk, trunk, numbers=[CALLED])
    assert phones.invite(CALLER, CALLED, GATEWAY).rule_id == exact
    assert phones.invite(CALLER, CALLED.removeprefix("+"), GATEWAY).rule_id == general


async def test_a_hidden_number_shows_its_end_alone(lk: api.LiveKitAPI, trunk: str, phones: Phones) -> None:
    await add_rule(lk, trunk, hide_phone_number=True, rule=individual(no_randomness=True))
    answer = phones.invite(CALLER, CALLED, GATEWAY)
    assert (answer.room, CALLER in answer.identity) == ("call-_0001", False)


async def test_a_caller_who_hangs_up_leaves(lk: api.LiveKitAPI, trunk: str, phones: Phones) -> None:
    await add_rule(lk, trunk)
    room = phones.invite(CALLER, CALLED, GATEWAY, seconds=1).room
    await wait_for(lambda: participants_now(lk, room), lambda people: len(people) == 1)
    await wait_for(lambda: participants_now(lk, room), lambda people: people == [])


async def test_a_caller_whom_no_agent_takes_rings(lk: api.LiveKitAPI, trunk: str, phones: Phones) -> None:
    await add_rule(lk, trunk)
    room = phones.invite(CALLER, CALLED, GATEWAY).room
    await asyncio.sleep(0.5)
    assert [one.attributes["sip.callStatus"] for one in await participants_now(lk, room)] == ["ringing"]


async def test_a_call_that_nobody_takes_rings_without_end(lk: api.LiveKitAPI, phones: Phones) -> None:
    answer = phones.invite(CALLER, CALLED, STRANGER)
    assert (answer.result, answer.wire) == ("DROP", (100, 180))
