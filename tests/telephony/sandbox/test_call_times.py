"""How long what takes in the sandbox."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from livekit.protocol.models import DisconnectReason
from livekit.protocol.room import CreateRoomRequest
from livekit.protocol.sip import CreateSIPParticipantRequest, SIPOutboundTrunkInfo

from telephony.sandbox.dials import create_participant
from telephony.sandbox.errors import TwirpError
from telephony.sandbox.state import State

Run = Callable[[Coroutine[Any, Any, None]], None]
ROOM = "call"
RANG_OUT: tuple[str, str, dict[str, str]] = ("canceled", "twirp error unknown: sip request timed out", {})


def dial(
    state: State, number: str = "+12025550100", *, gateway: str = "sip.example.com", wait: bool = True, **limits: int
) -> CreateSIPParticipantRequest:
    state.outbound.put("ST_1", SIPOutboundTrunkInfo(sip_trunk_id="ST_1", address=gateway, numbers=["*"]))
    request = CreateSIPParticipantRequest(
        sip_trunk_id="ST_1",
        sip_call_to=number,
        sip_number="+12025550199",
        room_name=ROOM,
        participant_identity="phone",
        wait_until_answered=wait,
    )
    for name, seconds in limits.items():
        getattr(request, name).CopyFrom(Duration(seconds=seconds))
    return request


def status(state: State) -> str:
    """Return the phone's status, or where it is."""
    room = state.rooms.get(ROOM)
    if room is None:
        return "no room"
    return room.occupants["phone"].info.attributes["sip.callStatus"] if "phone" in room.occupants else "gone"


def now() -> float:
    return round(asyncio.get_running_loop().time(), 3)


def test_a_phone_rings_two_seconds_and_talks_as_long_as_its_number_says(state: State, run: Run) -> None:
    async def story() -> None:
        await create_participant(state, dial(state, "+12025550205", wait=False))
        assert status(state) == "dialing"
        await asyncio.sleep(0.06)
        assert status(state) == "ringing"
        await asyncio.sleep(1.84)
        assert status(state) == "ringing"
        await asyncio.sleep(0.2)
        assert status(state) == "active"
        await asyncio.sleep(4.8)
        assert status(state) == "active"
        await asyncio.sleep(0.2)
        assert status(state) == "gone"

    run(story())


def test_a_dial_waits_for_its_answer(state: State, run: Run) -> None:
    async def story() -> None:
        await create_participant(state, dial(state))
        assert (now(), status(state)) == (2, "active")

    run(story())


@pytest.mark.parametrize("number", ["+12025550999", "+12025550100"])
def test_ringing_ends_at_its_limit(state: State, run: Run, number: str) -> None:
    async def story() -> None:
        with pytest.raises(TwirpError) as refused:
            await create_participant(state, dial(state, number, ringing_timeout=1))
        assert (refused.value.code, refused.value.message, refused.value.meta) == RANG_OUT
        assert (now(), status(state)) == (1, "gone")

    run(story())


def test_a_call_ends_at_its_limit(state: State, run: Run) -> None:
    async def story() -> None:
        await create_participant(state, dial(state, "+12025550299", max_call_duration=60))
        await asyncio.sleep(57.9)  # the two seconds of ringing count
        assert status(state) == "active"
        await asyncio.sleep(0.2)
        assert status(state) == "gone"

    run(story())


def test_a_room_deleted_while_it_rings_ends_the_dial(state: State, run: Run) -> None:
    async def story() -> None:
        dialing = asyncio.create_task(create_participant(state, dial(state)))
        await asyncio.sleep(1)
        room = state.rooms.get(ROOM)
        assert room is not None
        state.rooms.close(room, DisconnectReason.ROOM_DELETED)
        with pytest.raises(TwirpError) as refused:
            await dialing
        assert (refused.value.code, refused.value.message, refused.value.meta) == RANG_OUT
        assert now() == 1

    run(story())


@pytest.mark.parametrize(("wait", "patience"), [(True, 80), (False, 30)])
def test_a_lost_answer_comes_to_nothing_and_the_phone_talks(state: State, run: Run, wait: bool, patience: int) -> None:
    async def story() -> None:
        with pytest.raises(TwirpError) as lost:
            await create_participant(state, dial(state, gateway="lost.example.com", wait=wait))
        assert (lost.value.code, lost.value.meta) == ("deadline_exceeded", {})
        assert (now(), status(state)) == (patience, "active")

    run(story())


def test_the_server_gives_up_before_a_phone_that_rings_on(state: State, run: Run) -> None:
    async def story() -> None:
        with pytest.raises(TwirpError) as lost:
            await create_participant(state, dial(state, "+12025550999"))
        assert (lost.value.code, lost.value.meta, now()) == ("deadline_exceeded", {}, 80)
        assert status(state) == "ringing"
        await asyncio.sleep(101)
        assert status(state) == "gone"

    run(story())


def test_a_room_lives_twenty_seconds_after_its_last_guest(state: State, run: Run) -> None:
    async def story() -> None:
        await create_participant(state, dial(state, "+12025550201"))
        await asyncio.sleep(20)
        assert status(state) == "gone"
        await asyncio.sleep(3)
        assert status(state) == "no room"

    run(story())


def test_a_room_nobody_comes_to_lives_five_minutes(state: State, run: Run) -> None:
    async def story() -> None:
        state.rooms.open(CreateRoomRequest(name=ROOM))
        await asyncio.sleep(299)
        assert state.rooms.get(ROOM) is not None
        await asyncio.sleep(2)
        assert state.rooms.get(ROOM) is None

    run(story())


@pytest.mark.parametrize(("gateway", "seconds"), [("silent.example.com", 32), ("silent7.example.com", 7)])
def test_a_silent_gateway_is_given_up_after_a_sip_transaction(
    state: State, run: Run, gateway: str, seconds: int
) -> None:
    async def story() -> None:
        with pytest.raises(TwirpError, match=r"transaction failed to complete \(0 intermediate responses\)"):
            await create_participant(state, dial(state, gateway=gateway, ringing_timeout=45))
        assert (now(), status(state)) == (seconds, "gone")

    run(story())


def test_a_gateway_that_fails_before_ringing_fails_at_once(state: State, run: Run) -> None:
    async def story() -> None:
        with pytest.raises(TwirpError, match="503"):
            await create_participant(state, dial(state, gateway="s503.example.com"))
        assert now() < 0.1

    run(story())


def test_keys_take_their_time_on_the_wire(state: State, run: Run) -> None:
    async def story() -> None:
        request = dial(state)
        request.dtmf = "12w3#"
        await create_participant(state, request)
        assert now() == 2 + 4 * 0.54 + 0.5

    run(story())
