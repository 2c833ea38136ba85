"""Recordings where no egress service runs: the real server's answers, which the sandbox gives too."""

import pytest
from livekit import api

from telephony.livekit import LiveKitClient, LiveKitNotFound, LiveKitUnreached
from telephony.livekit.egress import Bucket, recordings, start_recording, stop_recording

STORAGE = Bucket("recordings", "us-east-1", "http://127.0.0.1:9", "key", "secret")


async def test_a_room_is_not_recorded_without_an_egress_service(lk: api.LiveKitAPI, client: LiveKitClient) -> None:
    await lk.room.create_room(api.CreateRoomRequest(name="lobby"))
    with pytest.raises(LiveKitUnreached, match="no egress service"):
        await client.arun(start_recording("lobby", "a.ogg", STORAGE))
    assert await client.arun(recordings("lobby")) == []


async def test_a_room_that_does_not_exist_is_said(lk: api.LiveKitAPI, client: LiveKitClient) -> None:
    with pytest.raises(LiveKitNotFound):
        await client.arun(start_recording("no-such-room", "a.ogg", STORAGE))


async def test_a_recording_that_nobody_knows_is_not_stopped(lk: api.LiveKitAPI, client: LiveKitClient) -> None:
    with pytest.raises(LiveKitNotFound):
        await client.arun(stop_recording("lobby", "EG_unknown"))
    assert await client.arun(recordings("lobby")) == []
