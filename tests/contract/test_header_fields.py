"""SIP headers, codecs and names that trunks and dials carry: kept as sent, or refused."""

from typing import Any

import pytest
from livekit import api

from tests.contract.cases import add_inbound, add_outbound, answers, inbound, inbound_now, outbound, outbound_now

A = "+15550100001"
MAPS = {"headers_to_attributes": {"X-A": "a"}, "attributes_to_headers": {"a": "X-A"}}
MEDIA = api.SIPMediaConfig(only_listed_codecs=True, codecs=[api.SIPCodec(name="PCMA"), api.SIPCodec(name="G722")])


async def test_what_a_trunk_carries_is_kept_and_replaced(lk: api.LiveKitAPI) -> None:
    trunk_id = await add_outbound(lk, A, headers={"X-A": "1"}, media=MEDIA, **MAPS)
    found = (await outbound_now(lk, trunk_id))[0]
    assert (dict(found.headers), dict(found.headers_to_attributes)) == ({"X-A": "1"}, {"X-A": "a"})
    assert (dict(found.attributes_to_headers), found.media) == ({"a": "X-A"}, MEDIA)
    await lk.sip.update_outbound_trunk(trunk_id, outbound(A))
    found = (await outbound_now(lk, trunk_id))[0]
    assert (dict(found.headers), list(found.media.codecs)) == ({}, [])


async def test_an_inbound_trunk_keeps_maps_and_codecs(lk: api.LiveKitAPI) -> None:
    trunk_id = await add_inbound(lk, A, media=MEDIA, **MAPS)
    found = (await inbound_now(lk, trunk_id))[0]
    assert (dict(found.headers_to_attributes), found.media) == ({"X-A": "a"}, MEDIA)
    await lk.sip.update_inbound_trunk(trunk_id, inbound(A))
    assert not (await inbound_now(lk, trunk_id))[0].headers_to_attributes


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"headers": {"From": "x"}}, "invalid header name: header name From not supported"),
        ({"headers": {"": "x"}}, "invalid header name: header name cannot be empty"),
        (
            {"headers": {"X A": "x"}},
            "invalid header name: header name X A contains invalid characters: char 32 not allowed",
        ),
        (
            {"headers": {"X-A": "a\r\nb"}},
            "invalid header value for X-A: header X-A: value: char 13 not allowed",
        ),
        (
            {"headers": {"X-A": "x" * 1025}},
            "invalid header value for X-A: header X-A: value too long (max 1024 characters)",
        ),
        ({"headers_to_attributes": {"": "a"}}, "invalid header name: header name cannot be empty"),
        ({"attributes_to_headers": {"a": ""}}, "invalid header name: header name cannot be empty"),
    ],
)
async def test_headers_that_sip_cannot_carry_are_refused(
    lk: api.LiveKitAPI, fields: dict[str, Any], message: str
) -> None:
    with answers("invalid_argument", message):
        await add_outbound(lk, A, **fields)
