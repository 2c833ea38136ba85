"""The other providers: one model that hears and speaks, an ElevenLabs agent, a bot of one's own."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.agent.bots import ElevenLabs, StreamBot
from tests.live.agent.caller import Caller, until
from tests.live.agent.conftest import Stage
from tests.live.agent.realtime import Realtime

pytestmark = pytest.mark.live


@pytest.fixture
def realtime() -> Iterator[Realtime]:
    server = Realtime()
    yield server
    server.close()


@pytest.fixture
def eleven() -> Iterator[ElevenLabs]:
    server = ElevenLabs()
    yield server
    server.close()


@pytest.fixture
def bot() -> Iterator[StreamBot]:
    server = StreamBot()
    yield server
    server.close()


async def one_question(caller: Caller) -> None:
    """Hear the greeting, ask, hear the answer."""
    await caller.hears_the_end()
    said = await caller.say("Are you open today?")
    await caller.hears_something(after=said)
    await caller.hears_the_end()


def said(stage: Stage, call: dict[str, Any]) -> list[tuple[str, str]]:
    return [(turn["speaker"], turn["text"].strip()) for turn in stage.transcript(call)["transcript"]]


async def test_a_realtime_model_greets_hears_and_answers(stage: Stage, realtime: Realtime, number: str) -> None:
    realtime.hears = ["Are you open today?"]
    realtime.answers = lambda said: "We are open until six."
    provider = {"aiProvider": "openai", "providerKey": realtime.key, "baseUrl": realtime.url}
    agent = stage.agent(greeting="Acme, good morning!", systemPrompt="You answer for Acme.", **provider)
    async with stage.caller(stage.number_of(agent, number)) as caller:
        await one_question(caller)
    call = stage.ended(caller.room_name)
    assert (call["status"], call["reason"]) == ("completed", "caller_hung_up")
    assert said(stage, call) == [
        ("agent", "Acme, good morning!"),
        ("caller", "Are you open today?"),
        ("agent", "We are open until six."),
    ]
    assert realtime.keys == {realtime.key}
    assert realtime.heard_seconds > 0.5
    assert any("You answer for Acme." in text for text in realtime.instructions)


async def test_an_elevenlabs_agent_greets_hears_and_answers(stage: Stage, eleven: ElevenLabs, number: str) -> None:
    provider = {"aiProvider": "elevenlabs", "providerKey": eleven.key, "providerAgentId": "agent-7"}
    agent = stage.agent(systemPrompt="You answer for Acme.", baseUrl=eleven.url, **provider)
    async with stage.caller(stage.number_of(agent, number)) as caller:
        await one_question(caller)
    call = stage.ended(caller.room_name)
    assert (call["status"], call["reason"]) == ("completed", "caller_hung_up")
    assert said(stage, call) == [
        ("agent", "Hello, this is eleven."),
        ("caller", "Are you open today?"),
        ("agent", "We are open until eleven."),
    ]
    (began,) = eleven.began
    assert began["conversation_config_override"]["agent"]["prompt"] == {"prompt": "You answer for Acme."}
    assert began["dynamic_variables"]["call_id"] == call["id"]
    assert eleven.pongs == [41]
    assert eleven.ear.heard_seconds > 0.5


async def test_a_bot_of_ones_own_hears_speaks_and_hangs_up(stage: Stage, bot: StreamBot, number: str) -> None:
    agent = stage.agent(aiProvider="custom", customEndpoint=bot.url, providerKey=bot.key)
    async with stage.caller(stage.number_of(agent, number)) as caller:
        await caller.hears_the_end()
        await caller.say("Are you open today?")
        await until(caller.gone.is_set, "the bot ends the call")
    call = stage.ended(caller.room_name)
    assert (call["status"], call["reason"]) == ("completed", "agent_hung_up")
    connected, start, *marks = bot.got
    assert (connected["event"], start["event"]) == ("connected", "start")
    assert start["start"]["callSid"] == call["id"]
    assert start["start"]["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    assert start["start"]["customParameters"]["to"] == number
    assert [mark["mark"]["name"] for mark in marks] == ["greeting", "goodbye"]
    assert bot.keys == {bot.key}
    assert bot.ear.heard_seconds > 0.5
