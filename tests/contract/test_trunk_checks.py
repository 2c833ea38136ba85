"""What LiveKit asks of a trunk, and what it lets pass."""

import re

import pytest
from google.protobuf.duration_pb2 import Duration
from livekit import api

from tests.contract.cases import add_inbound, add_outbound, answers, inbound, inbound_now, outbound, outbound_now

A = "+15550100001"


async def test_ids_are_minted_by_the_server(lk: api.LiveKitAPI) -> None:
    assert re.fullmatch(r"ST_\w{12}", await add_inbound(lk, A))
    assert re.fullmatch(r"ST_\w{12}", await add_outbound(lk, "*"))
    with answers("invalid_argument", "trunk id must not be set"):
        await add_inbound(lk, "+15550100002", sip_trunk_id="ST_mine")
    with answers("invalid_argument", "trunk id must not be set"):
        await add_outbound(lk, "*", sip_trunk_id="ST_mine")


async def test_creating_twice_makes_two(lk: api.LiveKitAPI) -> None:
    assert await add_outbound(lk, "*") != await add_outbound(lk, "*")


async def test_a_create_without_its_trunk_is_refused(lk: api.LiveKitAPI) -> None:
    with answers("invalid_argument", "missing trunk"):
        await lk.sip.create_inbound_trunk(api.CreateSIPInboundTrunkRequest())
    with answers("invalid_argument", "missing trunk"):
        await lk.sip.create_outbound_trunk(api.CreateSIPOutboundTrunkRequest())


async def test_an_inbound_trunk_open_to_all_is_refused(lk: api.LiveKitAPI) -> None:
    message = "for security, one of the fields must be set: AuthUsername+AuthPassword, AllowedAddresses or Numbers"
    with answers("invalid_argument", message):
        await add_inbound(lk)


@pytest.mark.parametrize(
    "fields",
    [
        {"auth_username": "half"},
        {"auth_password": "half"},
        {"allowed_addresses": ["1.2.3.4;x", " 1.2.3.4", "not an ip"]},
        {"name": "", "allowed_addresses": ["192.0.2.1"]},
    ],
)
async def test_what_protects_nothing_is_taken_all_the_same(lk: api.LiveKitAPI, fields: dict[str, object]) -> None:
    trunk_id = await add_inbound(lk, **fields)
    assert await inbound_now(lk, trunk_id) == [inbound(sip_trunk_id=trunk_id, **fields)]


async def test_an_outbound_trunk_needs_a_number_and_takes_any(lk: api.LiveKitAPI) -> None:
    with answers("invalid_argument", "no trunk numbers specified"):
        await add_outbound(lk)
    await add_outbound(lk, "*")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"address": ""}, "no outbound address specified"),
        ({"address": "sip:sip.example.com"}, "trunk address should be a hostname or IP, not SIP URI"),
        ({"address": "me@sip.example.com"}, "trunk address should be a hostname or IP, not SIP URI"),
        ({"address": "sip.example.com;transport=tcp"}, "trunk address should not contain transport parameter"),
        ({"from_host": "sip:sip.example.com"}, "from_host should be a hostname or IP, not SIP URI"),
    ],
)
async def test_an_outbound_address_is_a_host(lk: api.LiveKitAPI, fields: dict[str, str], message: str) -> None:
    with answers("invalid_argument", message):
        await add_outbound(lk, A, **fields)


@pytest.mark.parametrize("address", ["sip.example.com:99999", "[2001:db8::1]:5060", "not a host"])
async def test_hosts_and_ports_are_not_checked_further(lk: api.LiveKitAPI, address: str) -> None:
    trunk_id = await add_outbound(lk, "*", address=address, auth_username="half")
    assert (await outbound_now(lk, trunk_id))[0].address == address


@pytest.mark.parametrize(
    ("media", "message"),
    [
        ({"codecs": [{"rate": 8000}]}, "missing codec name"),
        ({"codecs": [{"name": "PCMU/8000"}]}, "codec name must not contain '/'"),
        ({"codecs": [{"name": "PC MU"}]}, "invalid codec name"),
        ({"media_timeout": Duration(seconds=-1)}, "media_timeout must not be negative"),
        ({"media_timeout": Duration(seconds=601)}, "media_timeout must not exceed 10m0s"),
    ],
)
async def test_media_settings_are_checked(lk: api.LiveKitAPI, media: dict[str, object], message: str) -> None:
    with answers("invalid_argument", message):
        await add_outbound(lk, "*", media=media)
    with answers("invalid_argument", message):
        await add_inbound(lk, A, media=media)


async def test_a_trunk_is_given_back_as_it_was_written(lk: api.LiveKitAPI) -> None:
    fields = {"auth_username": "user", "auth_password": "in clear", "metadata": "mark", "media_encryption": 2}
    trunk_id = await add_outbound(lk, A, transport=2, from_host="example.com", **fields)
    expected = outbound(A, sip_trunk_id=trunk_id, transport=2, from_host="example.com", **fields)
    assert await outbound_now(lk, trunk_id) == [expected]
