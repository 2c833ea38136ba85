"""Updates of trunks: the whole or single fields."""

from typing import Any

import pytest
from livekit import api
from livekit.protocol.models import ListUpdate

from tests.contract.cases import add_inbound, add_outbound, answers, inbound, inbound_now, outbound, outbound_now

A, B, C = "+15550100001", "+15550100002", "+15550100003"
GONE = "requested sip trunk does not exist"


async def test_an_unknown_id_is_not_found(lk: api.LiveKitAPI) -> None:
    with answers("not_found", GONE, status=404):
        await lk.sip.update_inbound_trunk("ST_gone", inbound(A))
    with answers("not_found", GONE, status=404):
        await lk.sip.update_outbound_trunk("ST_gone", outbound(A))
    with answers("not_found", GONE, status=404):
        await lk.sip.update_inbound_trunk(await add_outbound(lk, "*"), inbound(A))


async def test_a_replacement_clears_what_it_leaves_out(lk: api.LiveKitAPI) -> None:
    trunk_id = await add_inbound(lk, A, allowed_addresses=["192.0.2.1"], auth_username="u", auth_password="p")
    await lk.sip.update_inbound_trunk(trunk_id, inbound(A, B))
    assert await inbound_now(lk, trunk_id) == [inbound(A, B, sip_trunk_id=trunk_id)]
    trunk_id = await add_outbound(lk, A, auth_username="u", auth_password="p", from_host="example.com")
    await lk.sip.update_outbound_trunk(trunk_id, outbound("*"))
    assert await outbound_now(lk, trunk_id) == [outbound("*", sip_trunk_id=trunk_id)]


async def test_a_replacement_is_checked_like_a_new_trunk(lk: api.LiveKitAPI) -> None:
    trunk_id = await add_outbound(lk, A)
    with answers("invalid_argument", "no trunk numbers specified"):
        await lk.sip.update_outbound_trunk(trunk_id, outbound())
    with answers("invalid_argument", "trunk id in the info must be empty or match the id in the update"):
        await lk.sip.update_outbound_trunk(trunk_id, outbound(A, sip_trunk_id="ST_other"))
    with answers("invalid_argument", "trunk id must be set"):
        await lk.sip.update_outbound_trunk("", outbound(A))
    await lk.sip.update_outbound_trunk(trunk_id, outbound(B, sip_trunk_id=trunk_id))
    assert list((await outbound_now(lk, trunk_id))[0].numbers) == [B]


async def test_named_fields_change_and_the_others_stay(lk: api.LiveKitAPI) -> None:
    trunk_id = await add_inbound(lk, A, auth_username="u", auth_password="p", allowed_addresses=["192.0.2.1"])
    await lk.sip.update_inbound_trunk_fields(trunk_id, name="", metadata="mark", numbers=[B])
    found = (await inbound_now(lk, trunk_id))[0]
    assert (found.name, found.metadata, list(found.numbers)) == ("", "mark", [B])
    assert (found.auth_username, found.auth_password, list(found.allowed_addresses)) == ("u", "p", ["192.0.2.1"])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"set": [C]}, [C]),
        ({"add": [C, B]}, [A, B, C]),
        ({"remove": [A, C]}, [B]),
        ({"add": [C], "remove": [A]}, [B, C]),
        ({"clear": True}, []),
    ],
)
async def test_a_list_changes_as_told(lk: api.LiveKitAPI, change: dict[str, Any], expected: list[str]) -> None:
    trunk_id = await add_inbound(lk, A, B, allowed_addresses=["192.0.2.1"])
    await change_numbers(lk, "Inbound", trunk_id, change)
    assert list((await inbound_now(lk, trunk_id))[0].numbers) == expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "unsupported list update operation"),
        ({"clear": True, "set": [A]}, "cannot clear and change the list at the same time"),
        ({"set": [A], "add": [B]}, "cannot set and change the list at the same time"),
        ({"add": [""]}, "empty element in the list"),
    ],
)
async def test_a_list_cannot_be_changed_otherwise(lk: api.LiveKitAPI, change: dict[str, Any], message: str) -> None:
    trunk_id = await add_inbound(lk, A)
    with answers("invalid_argument", message):
        await change_numbers(lk, "Inbound", trunk_id, change)


async def test_an_update_says_what_it_changes(lk: api.LiveKitAPI) -> None:
    trunk_id = await add_inbound(lk, A)
    with answers("invalid_argument", "missing or unsupported update action"):
        await send(lk, "Inbound", {"sip_trunk_id": trunk_id})


async def test_an_update_must_leave_a_sound_trunk(lk: api.LiveKitAPI) -> None:
    inbound_id, outbound_id = await add_inbound(lk, A), await add_outbound(lk, A)
    with answers("invalid_argument"):
        await change_numbers(lk, "Inbound", inbound_id, {"clear": True})
    with answers("unknown", "no trunk numbers specified", status=500):
        await change_numbers(lk, "Outbound", outbound_id, {"clear": True})
    assert list((await inbound_now(lk))[0].numbers) == list((await outbound_now(lk))[0].numbers) == [A]


async def test_media_are_checked_in_an_update_too(lk: api.LiveKitAPI) -> None:
    trunk_id = await add_outbound(lk, A)
    with answers("invalid_argument", "missing codec name"):
        await lk.sip.update_outbound_trunk_fields(trunk_id, media=api.SIPMediaConfig(codecs=[api.SIPCodec(rate=8000)]))


async def test_encryption_is_kept_in_both_its_places(lk: api.LiveKitAPI) -> None:
    trunk_id = await add_outbound(lk, A, media_encryption=1)
    assert not (await outbound_now(lk, trunk_id))[0].HasField("media")
    await lk.sip.update_outbound_trunk_fields(trunk_id, name="touched")
    found = (await outbound_now(lk, trunk_id))[0]
    assert (found.media_encryption, found.media.encryption) == (1, 1)
    await lk.sip.update_outbound_trunk_fields(
        trunk_id, media=api.SIPMediaConfig(encryption="SIP_MEDIA_ENCRYPT_REQUIRE")
    )
    found = (await outbound_now(lk, trunk_id))[0]
    assert (found.media_encryption, found.media.encryption) == (2, 2)


async def change_numbers(lk: api.LiveKitAPI, kind: str, trunk_id: str, change: dict[str, Any]) -> None:
    """Change the numbers; the library's own method drops `clear`."""
    await send(lk, kind, {"sip_trunk_id": trunk_id, "update": {"numbers": ListUpdate(**change)}})


async def send(lk: api.LiveKitAPI, kind: str, fields: dict[str, Any]) -> None:
    request, answer = (
        (api.UpdateSIPInboundTrunkRequest, api.SIPInboundTrunkInfo)
        if kind == "Inbound"
        else (api.UpdateSIPOutboundTrunkRequest, api.SIPOutboundTrunkInfo)
    )
    await lk.sip._client.request("SIP", f"UpdateSIP{kind}Trunk", request(**fields), lk.sip._admin_headers(), answer)
