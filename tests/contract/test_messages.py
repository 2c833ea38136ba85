"""Messages to who is in a room."""

import pytest
from livekit import api

from tests.contract.cases import answers


async def send(lk: api.LiveKitAPI, room: str, *identities: str) -> api.SendDataResponse:
    request = api.SendDataRequest(room=room, data=b"hello", topic="tests", destination_identities=identities)
    return await lk.room.send_data(request)


@pytest.mark.parametrize("identities", [[], ["nobody"]])
async def test_a_message_is_taken_whoever_is_there(lk: api.LiveKitAPI, identities: list[str]) -> None:
    await lk.room.create_room(api.CreateRoomRequest(name="lobby"))
    assert await send(lk, "lobby", *identities) == api.SendDataResponse()


async def test_a_room_that_does_not_exist_takes_none(lk: api.LiveKitAPI) -> None:
    with answers("unavailable", "twirp error unknown: no response from servers"):
        await send(lk, "no-such-room")
