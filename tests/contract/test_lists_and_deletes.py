"""Finding and removing what stands there."""

import pytest
from livekit import api
from livekit.protocol.models import Pagination

from tests.contract.cases import add_inbound, add_outbound, add_rule, answers, inbound_now, outbound_now, rules_now

A, B = "+15550100001", "+15550100002"


async def test_a_list_is_in_the_order_of_ids(lk: api.LiveKitAPI) -> None:
    made = [await add_outbound(lk, "*") for _ in range(5)]
    assert [trunk.sip_trunk_id for trunk in await outbound_now(lk)] == sorted(made)


async def test_missing_ids_are_simply_missing(lk: api.LiveKitAPI) -> None:
    inbound_id, outbound_id = await add_inbound(lk, A), await add_outbound(lk, "*")
    rule_id = await add_rule(lk, inbound_id)
    assert [t.sip_trunk_id for t in await inbound_now(lk, "ST_gone", inbound_id, outbound_id)] == [inbound_id]
    assert [t.sip_trunk_id for t in await outbound_now(lk, "ST_gone", inbound_id, outbound_id)] == [outbound_id]
    assert [r.sip_dispatch_rule_id for r in await rules_now(lk, "SDR_gone", rule_id)] == [rule_id]


async def test_a_list_by_number_gives_every_trunk_that_takes_it(lk: api.LiveKitAPI) -> None:
    named, other = await add_inbound(lk, A), await add_inbound(lk, B)
    any_number = await add_inbound(lk, allowed_addresses=["192.0.2.1"])
    found = (await lk.sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest(numbers=["15550100001"]))).items
    assert {trunk.sip_trunk_id for trunk in found} == {named, any_number}
    outgoing = await add_outbound(lk, B)
    await add_outbound(lk, A)
    listed = (await lk.sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest(numbers=[B]))).items
    assert [trunk.sip_trunk_id for trunk in listed] == [outgoing]
    assert other not in {trunk.sip_trunk_id for trunk in found}


async def test_rules_are_listed_by_trunk(lk: api.LiveKitAPI) -> None:
    mine, every = await add_rule(lk, "ST_a"), await add_rule(lk)
    await add_rule(lk, "ST_b")
    found = (await lk.sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest(trunk_ids=["ST_a"]))).items
    assert {rule.sip_dispatch_rule_id for rule in found} == {mine, every}


async def test_a_page_limit_does_not_cap_a_list(lk: api.LiveKitAPI) -> None:
    for _ in range(3):
        await add_outbound(lk, "*")
    found = await lk.sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest(page=Pagination(limit=2)))
    assert len(found.items) == 3


async def test_a_page_begins_after_its_id(lk: api.LiveKitAPI) -> None:
    made = sorted([await add_outbound(lk, "*") for _ in range(3)])
    found = await lk.sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest(page=Pagination(after_id=made[0])))
    assert [trunk.sip_trunk_id for trunk in found.items] == made[1:]


async def test_deleting_a_trunk_leaves_its_rules(lk: api.LiveKitAPI) -> None:
    trunk_id = await add_inbound(lk, A)
    rule_id = await add_rule(lk, trunk_id)
    await lk.sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=trunk_id))
    assert await inbound_now(lk) == []
    assert [rule.sip_dispatch_rule_id for rule in await rules_now(lk)] == [rule_id]


async def test_deleting_a_trunk_that_is_gone_succeeds(lk: api.LiveKitAPI) -> None:
    answer = await lk.sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id="ST_gone"))
    assert answer == api.SIPTrunkInfo(sip_trunk_id="ST_gone")


async def test_deleting_a_rule_that_is_gone_is_not_found(lk: api.LiveKitAPI) -> None:
    rule_id = await add_rule(lk, "ST_a")
    request = api.DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=rule_id)
    assert (await lk.sip.delete_dispatch_rule(request)).name == "rule"
    with answers("not_found", "requested sip dispatch rule does not exist", status=404):
        await lk.sip.delete_dispatch_rule(request)


@pytest.mark.parametrize("kind", ["trunk", "rule"])
async def test_a_delete_names_what_it_deletes(lk: api.LiveKitAPI, kind: str) -> None:
    if kind == "trunk":
        with answers("invalid_argument", "trunk ID is required"):
            await lk.sip.delete_trunk(api.DeleteSIPTrunkRequest())
    else:
        with answers("invalid_argument", "dispatch rule ID is required"):
            await lk.sip.delete_dispatch_rule(api.DeleteSIPDispatchRuleRequest())
