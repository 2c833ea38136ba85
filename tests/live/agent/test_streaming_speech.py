"""A caller talks with a pipeline whose speech two providers stream, by LiveKit's plugins."""

import math
from collections.abc import Callable

import pytest

from tests.live.agent.caller import until
from tests.live.agent.conftest import Stage
from tests.live.agent.models import Models
from tests.telephony.test_provider_keys import service_account

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


async def test_libraries_that_connect_by_themselves_work_in_a_call(
    stage: Stage, models: Models, reception: Callable[..., str], number: str
) -> None:
    azure, google = stage.azure, stage.google
    bodies = {
        "azure": {
            "name": f"azure {number}",
            "provider": "azure",
            "key": "k-azure-of-the-tests",
            "region": "westeurope",
        },
        "google": {"name": f"google {number}", "provider": "google", "key": service_account()},
    }
    keys = {name: stage.api.call("POST", "/v1/provider-keys", body, expect=201)["id"] for name, body in bodies.items()}
    hears = {"sttProvider": "azure", "sttKeyId": keys["azure"], "language": "en-US"}
    speaks = {"ttsProvider": "google", "ttsKeyId": keys["google"], "voice": "Kore"}
    azure.hears = ["Are you open today?"]
    models.answers = lambda said: "We are open until six."
    async with stage.caller(reception(**hears, **speaks)) as caller:
        await caller.hears_something()
        await caller.hears_the_end()
        said = await caller.say("Are you open today?")
        await caller.hears_something(after=said)
        call = stage.call_in(caller.room_name)
        await until(lambda: len(stage.read(call)["transcript"]) > 2, "both sides are reported")
    call = stage.ended(caller.room_name)
    assert [turn["text"].strip() for turn in stage.transcript(call)["transcript"]] == [
        "Acme, good morning!",
        "Are you open today?",
        "We are open until six.",
    ]
    assert (azure.keys, azure.asked) == ({"k-azure-of-the-tests"}, [{"language": "en-US"}])
    assert [text.strip() for text in google.spoken] == ["Acme, good morning!", "We are open until six."]
    assert "PRIVATE KEY" not in stage.logs()
