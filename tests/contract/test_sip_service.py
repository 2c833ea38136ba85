"""A SIP service that is away, drains, has no CPU left or stops: what a dial is told, and that nothing was dialed."""

import asyncio
from collections.abc import Iterator

import pytest
from google.protobuf.duration_pb2 import Duration
from livekit import api

from tests.contract.cases import add_inbound, add_rule, answers, dial_request, participants_now, rooms_now, wait_for
from tests.contract.phones import Phones

ANYONE, GATEWAY, NOBODY = "+15550100001", "198.51.100.7", "twirp error unknown: no response from servers"


@pytest.fixture(autouse=True)
def on_again(phones: Phones) -> Iterator[None]:
    yield
    phones.service("on")


@pytest.mark.parametrize(
    ("state", "text"), [("off", NOBODY), ("draining", NOBODY), ("overloaded", "twirp error unknown: cpu exhausted")]
)
async def test_nothing_is_dialed_without_a_service(lk: api.LiveKitAPI, phones: Phones, state: str, text: str) -> None:
    phones.service(state)
    with answers("unavailable", text, status=503):
        await lk.sip.create_sip_participant(await dial_request(lk, ANYONE, room_name="undialed"))
    assert await rooms_now(lk, "undialed") == set()
    phones.service("on")
    await lk.sip.create_sip_participant(await dial_request(lk, ANYONE, room_name="dialed"))


async def test_a_draining_service_keeps_its_calls_and_takes_calls_in(lk: api.LiveKitAPI, phones: Phones) -> None:
    await lk.sip.create_sip_participant(await dial_request(lk, ANYONE, room_name="kept"))
    await add_rule(lk, await add_inbound(lk, "+15550109999", allowed_addresses=[GATEWAY]))
    phones.service("draining")
    assert phones.invite(ANYONE, "+15550109999", GATEWAY).result == "ACCEPT"
    assert len(await participants_now(lk, "kept")) == 1


async def test_a_service_that_stops_ends_its_calls(lk: api.LiveKitAPI, phones: Phones) -> None:
    await lk.sip.create_sip_participant(await dial_request(lk, ANYONE, room_name="up"))
    request = await dial_request(lk, "+15550100999", room_name="ringing", ringing_timeout=Duration(seconds=30))
    dialing = asyncio.create_task(lk.sip.create_sip_participant(request))
    await wait_for(lambda: participants_now(lk, "ringing"), lambda people: len(people) == 1)
    phones.service("off")
    with answers("failed_precondition", "twirp error unknown: service shutting down"):
        await dialing
    await wait_for(lambda: participants_now(lk, "up"), lambda people: people == [])
