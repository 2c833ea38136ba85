"""Rooms and who is in them."""

from typing import Any

import pytest
from livekit import api

from tests.contract.cases import answers, dial_request, participants_now, rooms_now, wait_for
from tests.contract.phones import Phones

CALLEE = "+15550100001"
MISSING_ROOM = "twirp error unknown: requested room does not exist"
NOBODY = "twirp error unknown: participant does not exist"


async def make(lk: api.LiveKitAPI, name: str, **fields: Any) -> api.Room:
    return await lk.room.create_room(api.CreateRoomRequest(name=name, **fields))


async def test_a_room_has_the_timeouts_asked_for_or_the_servers(lk: api.LiveKitAPI) -> None:
    room = await make(lk, "asked", empty_timeout=30, departure_timeout=2, metadata="m")
    assert (room.empty_timeout, room.departure_timeout, room.metadata) == (30, 2, "m")
    room = await make(lk, "default")
    assert (room.empty_timeout, room.departure_timeout) == (300, 20)
    assert room.sid.startswith("RM_")


async def test_making_a_room_again_changes_nothing(lk: api.LiveKitAPI) -> None:
    first = await make(lk, "lobby", empty_timeout=30)
    again = await make(lk, "lobby", empty_timeout=40, metadata="new")
    assert (again.sid, again.empty_timeout, again.metadata) == (first.sid, 30, "")


async def test_rooms_are_listed_by_name_or_all(lk: api.LiveKitAPI) -> None:
    for name in ("a", "b", "c"):
        await make(lk, name)
    assert {"a", "b", "c"} <= await rooms_now(lk)
    assert await rooms_now(lk, "a", "c", "none") == {"a", "c"}


async def test_a_deleted_room_is_gone_and_its_call_over(lk: api.LiveKitAPI, phones: Phones) -> None:
    await lk.sip.create_sip_participant(await dial_request(lk, CALLEE, room_name="doomed"))
    assert [one.identity for one in await participants_now(lk, "doomed")] == ["phone"]
    await lk.room.delete_room(api.DeleteRoomRequest(room="doomed"))
    assert await rooms_now(lk, "doomed") == set()
    assert await participants_now(lk, "doomed") == []
    with answers("not_found", MISSING_ROOM, status=404):
        await lk.room.delete_room(api.DeleteRoomRequest(room="doomed"))


async def test_a_removed_phone_is_gone_and_the_room_stays(lk: api.LiveKitAPI, phones: Phones) -> None:
    await lk.sip.create_sip_participant(await dial_request(lk, CALLEE, room_name="kept"))
    phone = api.RoomParticipantIdentity(room="kept", identity="phone")
    assert (await lk.room.get_participant(phone)).kind == api.ParticipantInfo.SIP
    await lk.room.remove_participant(phone)
    await wait_for(lambda: participants_now(lk, "kept"), lambda people: people == [])
    assert await rooms_now(lk, "kept") == {"kept"}


@pytest.mark.parametrize("room", ["lobby", "no-such-room"])
async def test_who_is_not_there_is_not_found(lk: api.LiveKitAPI, room: str) -> None:
    await make(lk, "lobby")
    nobody = api.RoomParticipantIdentity(room=room, identity="nobody")
    for question in (lk.room.get_participant, lk.room.remove_participant):
        with answers("not_found", NOBODY, status=404):
            await question(nobody)


async def test_nobody_is_in_a_room_that_does_not_exist(lk: api.LiveKitAPI) -> None:
    assert await participants_now(lk, "no-such-room") == []


async def test_a_second_phone_of_one_identity_takes_the_firsts_place(lk: api.LiveKitAPI, phones: Phones) -> None:
    request = await dial_request(lk, CALLEE, room_name="twice")
    first = await lk.sip.create_sip_participant(request)
    second = await lk.sip.create_sip_participant(request)
    assert first.sip_call_id != second.sip_call_id

    async def calls() -> list[str]:
        return [one.attributes["sip.callID"] for one in await participants_now(lk, "twice")]

    await wait_for(calls, lambda found: found == [second.sip_call_id])


async def test_a_room_everybody_left_closes(lk: api.LiveKitAPI, phones: Phones) -> None:
    await make(lk, "brief", departure_timeout=1)
    await lk.sip.create_sip_participant(await dial_request(lk, CALLEE, room_name="brief"))
    await lk.room.remove_participant(api.RoomParticipantIdentity(room="brief", identity="phone"))
    await wait_for(lambda: rooms_now(lk, "brief"), lambda names: not names)


async def test_a_room_nobody_came_to_closes(lk: api.LiveKitAPI) -> None:
    await make(lk, "lonely", empty_timeout=1)
    await wait_for(lambda: rooms_now(lk, "lonely"), lambda names: not names)
