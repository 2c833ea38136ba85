"""A caller talks with a pipeline whose speech two providers stream, by LiveKit's plugins."""

import math
from collections.abc import Callable

import pytest

from tests.live.agent.caller import until
from tests.live.agent.conftest import Stage
from tests.live.agent.models import Models

pytestmark = pytest.mark.live


async def test_both_sides_are_in_the_transcript_of_streamed_speech(
    stage: Stage, models: Models, reception: Callable[..., str], number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deepgram here never takes silence for an end: it is told when the caller has stopped."""
    streams = stage.streams
    monkeypatch.setattr(streams, "quiet", math.inf)
    keys = {
        name: stage.api.call(
            "POST", "/v1/provider-keys", {"name": f"{name} {number}", "provider": name, "key": streams.key}, expect=201
        )["id"]
        for name in ("deepgram", "cartesia")
    }
    hears = {"sttProvider": "deepgram", "sttKeyId": keys["deepgram"], "sttModel": "nova-2", "language": "en-US"}
    speaks = {"ttsProvider": "cartesia", "ttsKeyId": keys["cartesia"], "voice": "v-1"}
    streams.hears = ["Are you open today?"]
    models.answers = lambda said: "We are open until six."
    async with stage.caller(reception(**hears, **speaks)) as caller:
        await caller.hears_something()
        await caller.hears_the_end()
        said = await caller.say("Are you open today?")
        await caller.hears_something(after=said)
        await caller.hears_the_end()
        call = stage.call_in(caller.room_name)
        await until(lambda: len(stage.read(call)["transcript"]) > 2, "both sides are reported")
    call = stage.ended(caller.room_name)
    assert [(turn["speaker"], turn["text"].strip()) for turn in stage.transcript(call)["transcript"]] == [
        ("agent", "Acme, good morning!"),
        ("caller", "Are you open today?"),
        ("agent", "We are open until six."),
    ]
    assert (models.spoken, models.heard, streams.voices) == ([], [], {"v-1"})
    assert {(one["model"], one["language"]) for one in streams.asked} == {("nova-2", "en-US")}
    assert streams.keys >= {f"Token {streams.key}", streams.key}
    assert streams.key not in stage.logs()
