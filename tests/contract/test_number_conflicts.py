"""A number stands in one inbound trunk of a server."""

import pytest
from livekit import api

from tests.contract.cases import add_inbound, answers, inbound, inbound_now

A, B = "+15550100001", "+15550100002"


@pytest.mark.parametrize("again", [A, "15550100001", "+1 (555) 010-0001", "1-555-010-0001"])
async def test_the_same_number_in_any_spelling_is_refused(lk: api.LiveKitAPI, again: str) -> None:
    first = await add_inbound(lk, A)
    message = (
        f'Conflicting inbound SIP Trunks: "<new>" and "{first}", using the same number(s) ["{again}"] '
        "without AllowedNumbers set"
    )
    with answers("invalid_argument", message, status=400):
        await add_inbound(lk, again)
    assert [trunk.sip_trunk_id for trunk in await inbound_now(lk)] == [first]


async def test_other_addresses_do_not_help(lk: api.LiveKitAPI) -> None:
    await add_inbound(lk, A, allowed_addresses=["192.0.2.1"])
    with answers("invalid_argument"):
        await add_inbound(lk, A, allowed_addresses=["192.0.2.2"])


async def test_one_of_several_numbers_is_enough_to_conflict(lk: api.LiveKitAPI) -> None:
    await add_inbound(lk, A)
    with answers("invalid_argument"):
        await add_inbound(lk, B, A)


async def test_other_callers_may_share_a_number(lk: api.LiveKitAPI) -> None:
    await add_inbound(lk, A, allowed_numbers=["+15550100008"])
    await add_inbound(lk, A, allowed_numbers=["+15550100009"])
    await add_inbound(lk, A)


async def test_the_same_caller_conflicts(lk: api.LiveKitAPI) -> None:
    first = await add_inbound(lk, A, allowed_numbers=["+15550100008"])
    message = (
        f'Conflicting inbound SIP Trunks: "<new>" and "{first}", using the same number(s) ["{A}"] '
        'and AllowedNumber "15550100008"'
    )
    with answers("invalid_argument", message):
        await add_inbound(lk, A, allowed_numbers=["15550100008"])


async def test_two_trunks_for_any_number_conflict(lk: api.LiveKitAPI) -> None:
    await add_inbound(lk, allowed_addresses=["192.0.2.1"])
    await add_inbound(lk, A)
    with answers("invalid_argument"):
        await add_inbound(lk, allowed_addresses=["192.0.2.2"])


async def test_a_number_twice_in_one_trunk_is_taken(lk: api.LiveKitAPI) -> None:
    trunk_id = await add_inbound(lk, A, "15550100001")
    assert list((await inbound_now(lk, trunk_id))[0].numbers) == [A, "15550100001"]


async def test_an_update_to_a_taken_number_passes_unseen(lk: api.LiveKitAPI) -> None:
    """The server looks among trunks that had one of the new numbers before: the one updated is not seen beside them."""
    await add_inbound(lk, A)
    other = await add_inbound(lk, B)
    await lk.sip.update_inbound_trunk(other, inbound(A))
    assert [list(trunk.numbers) for trunk in await inbound_now(lk)] == [[A], [A]]


async def test_an_update_that_keeps_a_number_sees_the_conflict(lk: api.LiveKitAPI) -> None:
    await add_inbound(lk, A)
    other = await add_inbound(lk, B)
    with answers("invalid_argument"):
        await lk.sip.update_inbound_trunk(other, inbound(A, B))


async def test_a_trunk_may_keep_its_own_number(lk: api.LiveKitAPI) -> None:
    trunk_id = await add_inbound(lk, A)
    await lk.sip.update_inbound_trunk(trunk_id, inbound(A, name="renamed"))
    assert (await inbound_now(lk, trunk_id))[0].name == "renamed"
