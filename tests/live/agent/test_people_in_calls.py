"""Somebody listens in unseen, and the agent speaks, holds and resumes as it is asked, on a real server."""

import asyncio
import time
from collections.abc import Callable

import pytest
from livekit import rtc

from tests.live.agent.caller import until
from tests.live.agent.conftest import Stage
from tests.live.agent.models import Models
from tests.live.agent.speech import LOUD, RATE, loudness

pytestmark = pytest.mark.live
Reception = Callable[..., str]


async def _note(track: rtc.Track, heard: list[float]) -> None:
    async for event in rtc.AudioStream(track, sample_rate=RATE, num_channels=1, frame_size_ms=20):
        if loudness(bytes(event.frame.data)) > LOUD:
            heard.append(time.monotonic())


async def test_people_listen_in_and_direct_the_agent(stage: Stage, models: Models, reception: Reception) -> None:
    models.hears = ["Are you open today?"]
    models.answers = lambda said: "We are open until six."
    number = reception(silenceSeconds=5, silencePrompts=0)
    async with stage.caller(number) as caller:
        await caller.hears_the_end()
        call = stage.call_in(caller.room_name)
        listener, heard, tasks = rtc.Room(), [], []  # type: ignore[var-annotated]
        listener.on("track_subscribed", lambda track, *_: tasks.append(asyncio.create_task(_note(track, heard))))

        def done() -> list[str]:
            events = stage.api.call("GET", f"/v1/calls/{call['id']}/events")["results"]
            return [event["data"]["action"] for event in events if event["type"] == "control.done"]

        told = stage.api.call("POST", f"/v1/calls/{call['id']}/listen")
        await listener.connect(told["url"], told["token"])
        stage.api.call("POST", f"/v1/calls/{call['id']}/hold", expect=202)
        await until(lambda: done() == ["hold"], "the agent holds")
        held = time.monotonic()
        await caller.say("Are you open today?")
        await asyncio.sleep(6)  # longer than the silence that ends a call
        assert (models.heard, caller.heard_seconds(after=held)) == ([], 0)
        assert heard  # the caller, by who listens in
        stage.api.call("POST", f"/v1/calls/{call['id']}/say", {"text": "One moment please."}, expect=202)
        await caller.hears_something(after=held)
        await until(lambda: done() == ["hold", "say"], "the agent spoke")
        assert models.spoken[-1] == "One moment please."
        assert not [who for who in caller.room.remote_participants if who.startswith("listener-")]
        stage.api.call("POST", f"/v1/calls/{call['id']}/resume", expect=202)
        await until(lambda: len(done()) == 3, "the agent goes on")
        stage.api.call("POST", f"/v1/calls/{call['id']}/whisper", {"text": "Offer ten percent."}, expect=202)
        await until(lambda: done()[3:] == ["whisper"], "the agent is told")
        said = await caller.say("Are you open today?")
        await caller.hears_something(after=said)
        assert "Offer ten percent." in models.asked[-1][0]["content"]
        assert "Offer ten percent." not in str(stage.read(call))
    ended = stage.ended(caller.room_name)  # though somebody still listens
    assert (ended["status"], ended["reason"]) == ("completed", "caller_hung_up")
    await until(lambda: not listener.isconnected(), "the listener is let go")
    for task in tasks:
        task.cancel()
