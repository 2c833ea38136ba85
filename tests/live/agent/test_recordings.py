"""Recordings on the real LiveKit server, its egress service played by `sipbridge` (egress.go there says how truly)."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from telephony.livekit import LiveKitClient
from telephony.livekit.egress import recordings, stop_recording
from tests.live.agent.caller import Caller, until
from tests.live.agent.conftest import STORAGE, Stage
from tests.live.agent.models import Models

pytestmark = pytest.mark.live
Reception = Callable[..., str]
ANNOUNCED = "This call is recorded."


@pytest.fixture(autouse=True)
def recorded(stage: Stage, models: Models) -> Iterator[None]:
    stage.api.call("PATCH", "/v1/settings/telephony", {"recordCalls": True, "recordingAnnouncement": ANNOUNCED})
    yield
    stage.bridge.record("off")
    stage.api.call("PATCH", "/v1/settings/telephony", {"recordCalls": False})


def lines(stage: Stage, call: dict[str, Any]) -> dict[str, str]:
    """Return what the timeline tells of the recording, in order, with the words."""
    events = stage.api.call("GET", f"/v1/calls/{call['id']}/events")["results"]
    told = [event for event in events if event["type"].startswith("recording.")]
    return {event["type"].removeprefix("recording."): event["data"].get("message", "") for event in told}


async def heard_both(stage: Stage, caller: Caller) -> None:
    """Wait until the recorder hears the caller and the agent."""
    await caller.hears_the_end()

    def both() -> bool:
        return any(len(one["heard"]) == 2 for one in stage.bridge.recordings(caller.room_name))

    await until(both, "both sides are recorded")


async def told_of(stage: Stage, call: dict[str, Any], line: str, seconds: float = 15) -> str:
    await until(lambda: line in lines(stage, call), f"the timeline tells: recording {line}", seconds)
    return lines(stage, call)[line]


async def test_after_the_announcement_both_sides_are_recorded_until_the_end(
    stage: Stage, models: Models, reception: Reception
) -> None:
    stage.bridge.record("saves")
    async with stage.caller(reception()) as caller:
        await heard_both(stage, caller)
        call = stage.call_in(caller.room_name)
        await told_of(stage, call, "started")
    assert models.spoken[:2] == [ANNOUNCED, "Acme, good morning!"]
    stage.ended(caller.room_name)
    await told_of(stage, call, "saved")
    assert list(lines(stage, call)) == ["requested", "started", "saved"]
    (recording,) = stage.bridge.recordings(caller.room_name)
    announcement = stage.transcript(call)["transcript"][0]
    assert announcement["text"] == ANNOUNCED
    assert datetime.fromisoformat(recording["at"]) > datetime.fromisoformat(announcement["endedAt"])
    told = stage.api.call("GET", f"/v1/calls/{call['id']}/recording")
    assert (told["status"], told["error"]) == ("saved", "")
    assert told["durationSeconds"] > 0
    assert told["bytes"] > 0
    link = httpx.URL(told["url"])
    assert link.path == f"/{STORAGE['RECORDING_S3_BUCKET']}/{recording['key']}"
    assert link.params["X-Amz-Expires"] == "300"
    assert STORAGE["RECORDING_S3_SECRET"] not in told["url"]


async def test_a_storage_that_refuses_the_file_is_told_on_the_call(
    stage: Stage, models: Models, reception: Reception
) -> None:
    stage.bridge.record("refused")
    async with stage.caller(reception()) as caller:
        await heard_both(stage, caller)
        call = stage.call_in(caller.room_name)
    stage.ended(caller.room_name)
    words = await told_of(stage, call, "failed")
    assert words.startswith("The storage rejected the recording. Check RECORDING_S3_BUCKET")
    assert "InvalidAccessKeyId" in words
    assert stage.call_in(caller.room_name)["status"] == "completed"


async def test_a_recorder_that_died_is_listed_for_ever_and_its_end_is_no_error(
    stage: Stage, models: Models, reception: Reception
) -> None:
    stage.bridge.record("dies")
    client = LiveKitClient(stage.livekit.url, stage.livekit.key, stage.livekit.secret)
    async with stage.caller(reception()) as caller:
        await caller.hears_the_end()
        call = stage.call_in(caller.room_name)
        await told_of(stage, call, "started")
        (known,) = await client.arun(recordings(caller.room_name))
        await client.arun(stop_recording(caller.room_name, known.egress_id))
    assert stage.ended(caller.room_name)["status"] == "completed"
    (still,) = await client.arun(recordings(caller.room_name))
    assert (still.status, still.key) == ("EGRESS_ACTIVE", known.key)


async def test_a_recorder_that_does_not_answer_is_taken_out_of_the_room(
    stage: Stage, models: Models, reception: Reception
) -> None:
    stage.bridge.record("deaf")
    client = LiveKitClient(stage.livekit.url, stage.livekit.key, stage.livekit.secret)
    async with stage.caller(reception()) as caller:
        await heard_both(stage, caller)
        call = stage.call_in(caller.room_name)
        (known,) = await client.arun(recordings(caller.room_name))
        await client.arun(stop_recording(caller.room_name, known.egress_id))
        await until(lambda: "ended_at" in stage.bridge.recordings(caller.room_name)[0], "it hears no more")
        assert stage.call_in(caller.room_name)["status"] == "in_progress"
        await told_of(stage, call, "saved")


async def test_a_third_party_is_not_recorded_and_where_none_came_it_goes_on(
    stage: Stage, models: Models, reception: Reception
) -> None:
    stage.bridge.record("saves")
    async with stage.caller(reception()) as caller:
        await heard_both(stage, caller)
        call = stage.call_in(caller.room_name)
        path = f"/v1/calls/{call['id']}/transfer"
        stage.api.call("POST", path, {"to": "+12025550486", "mode": "warm"}, expect=409)
        await until(lambda: len(stage.bridge.recordings(caller.room_name)) == 2, "it is recorded again")
        await until(lambda: stage.bridge.recordings(caller.room_name)[1]["heard"], "and heard")
        stage.api.call("POST", path, {"to": "+12025550142", "mode": "warm"})
    stage.ended(caller.room_name)
    third = [leg for leg in stage.bridge.calls() if leg["room"] == caller.room_name]
    parts = stage.bridge.recordings(caller.room_name)
    assert len(parts) == len(third) == 2
    assert all(part["ended_at"] < leg["at"] for part, leg in zip(parts, third, strict=True))

    def saved() -> bool:
        told = stage.api.call("GET", f"/v1/calls/{call['id']}/recording")["parts"]
        return [part["status"] for part in told] == ["saved", "saved"]

    await until(saved, "both parts are saved")


async def test_an_ended_recording_is_stopped_without_an_error(
    stage: Stage, models: Models, reception: Reception
) -> None:
    stage.bridge.record("saves")
    client = LiveKitClient(stage.livekit.url, stage.livekit.key, stage.livekit.secret)
    async with stage.caller(reception()) as caller:
        await heard_both(stage, caller)
        call = stage.call_in(caller.room_name)
        (known,) = await client.arun(recordings(caller.room_name))
        await client.arun(stop_recording(caller.room_name, known.egress_id))
        await told_of(stage, call, "saved")
        await client.arun(stop_recording(caller.room_name, known.egress_id))
        assert stage.call_in(caller.room_name)["status"] == "in_progress"


async def test_without_an_egress_service_the_call_goes_on(stage: Stage, models: Models, reception: Reception) -> None:
    async with stage.caller(reception()) as caller:
        await until(lambda: len(models.spoken) == 2, "both are said")
        call = stage.call_in(caller.room_name)
        words = await told_of(stage, call, "failed", 40)  # LiveKit itself takes 21 s to say so
        assert "no egress service" in words
        assert stage.call_in(caller.room_name)["status"] == "in_progress"
