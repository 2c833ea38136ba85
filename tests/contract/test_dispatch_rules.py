"""Dispatch rules: what they need, when two conflict, how they change."""

import re

import pytest
from livekit import api
from livekit.protocol.models import ListUpdate

from tests.contract.cases import add_rule, answers, rule, rules_now

GONE = "requested sip dispatch rule does not exist"


async def test_a_rule_is_given_back_with_its_agent_and_attributes(lk: api.LiveKitAPI) -> None:
    fields = {
        "metadata": "mark",
        "attributes": {"voxa.trunk": "t"},
        "room_config": {"agents": [{"agent_name": "voxa-agent", "metadata": "{}"}]},
    }
    rule_id = await add_rule(lk, "ST_a", **fields)
    assert re.fullmatch(r"SDR_\w{12}", rule_id)
    assert await rules_now(lk, rule_id) == [rule("ST_a", sip_dispatch_rule_id=rule_id, media={}, **fields)]


async def test_the_server_mints_the_id(lk: api.LiveKitAPI) -> None:
    with answers("invalid_argument", "rule id must not be set"):
        await add_rule(lk, "ST_a", sip_dispatch_rule_id="SDR_mine")


async def test_a_rule_says_what_to_do(lk: api.LiveKitAPI) -> None:
    with answers("invalid_argument", "missing rule"):
        await add_rule(lk, "ST_a", rule=None)
    with answers("invalid_argument", "missing rule"):
        await lk.sip.create_dispatch_rule(api.CreateSIPDispatchRuleRequest(trunk_ids=["ST_a"]))
    with answers("invalid_argument", "twirp error unknown: unsupported SIP Dispatch Rule: <nil>"):
        await add_rule(lk, "ST_a", rule=api.SIPDispatchRule())


async def test_a_rule_sent_the_old_way_is_taken(lk: api.LiveKitAPI) -> None:
    direct = api.SIPDispatchRule(dispatch_rule_direct=api.SIPDispatchRuleDirect(room_name="lobby"))
    request = api.CreateSIPDispatchRuleRequest(rule=direct, trunk_ids=["ST_a"], name="old", attributes={"k": "v"})
    made = await lk.sip.create_dispatch_rule(request)
    expected = rule(
        "ST_a", rule=direct, name="old", attributes={"k": "v"}, sip_dispatch_rule_id=made.sip_dispatch_rule_id
    )
    assert await rules_now(lk) == [expected]


async def test_one_trunk_has_one_rule(lk: api.LiveKitAPI) -> None:
    first = await add_rule(lk, "ST_a", name="first")
    message = (
        "Dispatch rule for the same trunk, inbound number, number, and PIN combination already exists "
        f'in dispatch rule "{first}" "first"'
    )
    with answers("invalid_argument", message, status=400):
        await add_rule(lk, "ST_b", "ST_a")


@pytest.mark.parametrize(
    "difference",
    [
        {"numbers": ["+15550100001"]},
        {"inbound_numbers": ["+15550100001"]},
        {"rule": {"dispatch_rule_direct": {"room_name": "lobby", "pin": "1234"}}},
        {"rule": {"dispatch_rule_callee": {"room_prefix": "x", "pin": "1234"}}},
    ],
)
async def test_a_rule_for_other_calls_may_stand_beside_it(lk: api.LiveKitAPI, difference: dict[str, object]) -> None:
    await add_rule(lk, "ST_a")
    await add_rule(lk, "ST_a", **difference)
    with answers("invalid_argument"):
        await add_rule(lk, "ST_a", **difference)


async def test_numbers_of_rules_conflict_in_any_spelling(lk: api.LiveKitAPI) -> None:
    await add_rule(lk, "ST_a", numbers=["+15550100001"])
    with answers("invalid_argument"):
        await add_rule(lk, "ST_a", numbers=["1 555 010 0001"])


async def test_a_rule_for_every_trunk_conflicts_with_another_alone(lk: api.LiveKitAPI) -> None:
    first = await add_rule(lk, name="")
    message = (
        "Dispatch rule for the same trunk, inbound number, number, and PIN combination already exists "
        f'in dispatch rule "{first}" "<blank name>"'
    )
    with answers("invalid_argument", message):
        await add_rule(lk)
    await add_rule(lk, "ST_a")


async def test_a_replacement_clears_what_it_leaves_out(lk: api.LiveKitAPI) -> None:
    rule_id = await add_rule(lk, "ST_a", attributes={"k": "v"}, hide_phone_number=True)
    await lk.sip.update_dispatch_rule(rule_id, rule("ST_a", "ST_b"))
    assert await rules_now(lk, rule_id) == [rule("ST_a", "ST_b", sip_dispatch_rule_id=rule_id)]


async def test_an_update_to_a_taken_trunk_passes_unseen(lk: api.LiveKitAPI) -> None:
    await add_rule(lk, "ST_a")
    other = await add_rule(lk, "ST_b")
    await lk.sip.update_dispatch_rule(other, rule("ST_a"))
    assert [list(found.trunk_ids) for found in await rules_now(lk)] == [["ST_a"], ["ST_a"]]


async def test_one_conflict_that_stands_blocks_every_later_rule(lk: api.LiveKitAPI) -> None:
    await add_rule(lk, "ST_a")
    other = await add_rule(lk, "ST_b")
    await lk.sip.update_dispatch_rule(other, rule("ST_a"))
    with answers("invalid_argument"):
        await add_rule(lk, "ST_c")
    await lk.sip.update_dispatch_rule(other, rule("ST_b"))
    await add_rule(lk, "ST_c")


async def test_named_fields_change_and_the_others_stay(lk: api.LiveKitAPI) -> None:
    rule_id = await add_rule(lk, "ST_a", attributes={"keep": "1", "drop": "1"}, inbound_numbers=["+15550100001"])
    await lk.sip.update_dispatch_rule_fields(
        rule_id, trunk_ids=ListUpdate(add=["ST_b"]), attributes={"drop": "", "new": "1"}, metadata="mark"
    )
    found = (await rules_now(lk, rule_id))[0]
    assert (list(found.trunk_ids), dict(found.attributes)) == (["ST_a", "ST_b"], {"keep": "1", "new": "1"})
    assert (found.name, found.metadata, list(found.inbound_numbers)) == ("rule", "mark", ["+15550100001"])


async def test_wrong_updates_are_refused(lk: api.LiveKitAPI) -> None:
    rule_id = await add_rule(lk, "ST_a")
    with answers("not_found", GONE, status=404):
        await lk.sip.update_dispatch_rule("SDR_gone", rule("ST_a"))
    with answers("invalid_argument", "rule id must be set"):
        await lk.sip.update_dispatch_rule("", rule("ST_a"))
    with answers("invalid_argument", "rule id in the info must be empty or match the id in the update"):
        await lk.sip.update_dispatch_rule(rule_id, rule("ST_a", sip_dispatch_rule_id="SDR_other"))
    with answers("invalid_argument", "missing rule"):
        await lk.sip.update_dispatch_rule(rule_id, rule("ST_a", rule=None))
    with answers("invalid_argument", "unsupported list update operation"):
        await lk.sip.update_dispatch_rule_fields(rule_id, trunk_ids=[])
