"""The other providers: one model that hears and speaks, an ElevenLabs agent, a bot of one's own."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.agent.bots import ElevenLabs, StreamBot
from tests.live.agent.caller import Caller, until
from tests.live.agent.conftest import CALLER, Stage
from tests.live.agent.models import Models
from tests.live.agent.realtime import Realtime
from tests.live.agent.speech import sound_seconds
from tests.live.process import free_port

pytestmark = pytest.mark.live
STORY = "This is a very long story. " * 20
GOODBYE = "Goodbye then, and thank you very much for calling us today."


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


@pytest.fixture(autouse=True)
def no_key_is_logged(stage: Stage) -> Iterator[None]:
    yield
    logs = stage.logs()
    assert "is registered" in logs
    assert not [key for key in (Realtime.key, ElevenLabs.key, StreamBot.key) if key in logs]


async def one_question(caller: Caller) -> None:
    """Hear the greeting, ask, hear the answer."""
    await caller.hears_the_end()
    said = await caller.say("Are you open today?")
    await caller.hears_something(after=said)
    await caller.hears_the_end()


def said(stage: Stage, call: dict[str, Any]) -> list[tuple[str, str]]:
    return [(turn["speaker"], turn["text"].strip()) for turn in stage.transcript(call)["transcript"]]


async def test_a_realtime_model_announces_greets_hears_and_answers(
    stage: Stage, realtime: Realtime, number: str
) -> None:
    announcement = "This call is recorded, so that we learn from it, and forgotten after thirty days."
    stage.api.call("PATCH", "/v1/settings/telephony", {"recordCalls": True, "recordingAnnouncement": announcement})
    realtime.hears = ["Are you open today?"]
    realtime.answers = lambda said: "We are open until six."
    provider = {"aiProvider": "openai", "providerKey": realtime.key, "baseUrl": realtime.url}
    agent = stage.agent(greeting="Acme, good morning!", systemPrompt="You answer for Acme.", **provider)
    async with stage.caller(stage.number_of(agent, number)) as caller:
        await caller.hears_something()
        await caller.say("Hello?")  # nothing interrupts the announcement
        await caller.hears_the_end(quiet=3.0)  # of the greeting, which may come a moment after the announcement
        await one_question(caller)
    stage.api.call("PATCH", "/v1/settings/telephony", {"recordCalls": False})
    call = stage.ended(caller.room_name)
    assert (call["status"], call["reason"]) == ("completed", "caller_hung_up")
    assert said(stage, call) == [
        ("agent", announcement),
        ("agent", "Acme, good morning!"),
        ("caller", "Are you open today?"),
        ("agent", "We are open until six."),
    ]
    assert realtime.keys == {realtime.key}
    assert realtime.heard_seconds > 0.5
    assert any("You answer for Acme." in text for text in realtime.instructions)


async def test_an_elevenlabs_agent_uses_a_tool_is_interrupted_and_hangs_up(
    stage: Stage, eleven: ElevenLabs, number: str
) -> None:
    eleven.turns = [("Tell me everything.", STORY), ("Stop.", GOODBYE)]
    eleven.uses = {"tool_name": "send_digits", "parameters": {"digits": "5"}}
    eleven.hangs_up = True
    provider = {"aiProvider": "elevenlabs", "providerKey": eleven.key, "providerAgentId": "agent-7"}
    agent = stage.agent(systemPrompt="You answer for Acme.", baseUrl=eleven.url, sendsDigits=True, **provider)
    async with stage.caller(stage.number_of(agent, number)) as caller:
        await caller.hears_the_end()
        asked = await caller.say("Tell me everything.")
        await caller.hears_something(after=asked)
        stopped = await caller.say("Stop please, I have heard enough of this story.")
        await until(caller.gone.is_set, "the agent ends the call")
    assert caller.heard_seconds(stopped) > 0.8 * sound_seconds(GOODBYE)  # to its last word
    assert caller.heard_seconds(stopped) < 0.5 * sound_seconds(STORY)
    call = stage.ended(caller.room_name)
    assert (call["status"], call["reason"]) == ("completed", "agent_hung_up")
    assert said(stage, call) == [
        ("agent", "Hello, this is eleven."),
        ("caller", "Tell me everything."),
        ("agent", "Let me"),
        ("caller", "Stop."),
        ("agent", GOODBYE),
    ]
    (result,) = eleven.results
    assert (result["tool_call_id"], result["result"], result["is_error"]) == ("tool-1", "The digits were sent.", False)
    (began,) = eleven.began
    assert began["conversation_config_override"]["agent"]["prompt"] == {"prompt": "You answer for Acme."}
    assert began["dynamic_variables"]["call_id"] == call["id"]
    assert eleven.pongs == [41]
    assert eleven.ear.heard_seconds > 0.5


@pytest.mark.usefixtures("dispatcher")
async def test_an_elevenlabs_agent_is_recorded_and_hands_its_caller_over(
    stage: Stage, eleven: ElevenLabs, number: str
) -> None:
    told = {"recordCalls": True, "recordingAnnouncement": "This call is recorded."}
    stage.api.call("PATCH", "/v1/settings/telephony", told)
    eleven.uses = {"tool_name": "transfer_call", "parameters": {"to": "support"}}
    provider = {"aiProvider": "elevenlabs", "providerKey": eleven.key, "providerAgentId": "agent-7"}
    support = {"name": "support", "to": "+12025550142", "mode": "warm"}
    agent = stage.agent(baseUrl=eleven.url, transfers=[support], **provider)
    async with stage.caller(stage.number_of(agent, number)) as caller:
        await until(lambda: eleven.began, "the announcement was heard, and the agent begins")
        assert caller.heard_seconds() > 0.8 * sound_seconds(eleven.said[0])
        await caller.hears_the_end()
        await caller.say("Support please.")
        others = caller.room.remote_participants
        await until(lambda: set(others) == {"transfer"}, "the third party is there and the agent has left")
    stage.api.call("PATCH", "/v1/settings/telephony", {"recordCalls": False})
    call = stage.ended(caller.room_name)
    assert call["reason"] == "transferred"
    assert said(stage, call)[0] == ("agent", "This call is recorded.")
    events = stage.api.call("GET", f"/v1/calls/{call['id']}/events")["results"]
    assert "recording.requested" in [event["type"] for event in events]


async def test_a_bot_of_ones_own_hears_speaks_is_interrupted_and_hangs_up(
    stage: Stage, bot: StreamBot, number: str
) -> None:
    agent = stage.agent(
        aiProvider="custom", customEndpoint=bot.url, providerKey=bot.key, systemPrompt="Be brief.", language="en-US"
    )
    async with stage.caller(stage.number_of(agent, number)) as caller:
        await caller.hears_the_end()
        pressed = time.monotonic()
        await caller.press("5")
        await caller.hears_something(after=pressed)
        stopped = await caller.say("Stop please, I have heard enough of this story.")
        await until(caller.gone.is_set, "the bot ends the call")
    assert caller.heard_seconds(stopped) < 0.5 * sound_seconds(STORY)
    call = stage.ended(caller.room_name)
    assert (call["status"], call["reason"]) == ("completed", "agent_hung_up")
    connected, start, *more = bot.got
    assert (connected["event"], start["event"]) == ("connected", "start")
    assert start["start"]["callSid"] == call["id"]
    assert start["start"]["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    told = start["start"]["customParameters"]
    assert {name: told[name] for name in ("direction", "from", "to")} == {
        "direction": "inbound",
        "from": CALLER,
        "to": number,
    }
    assert (told["system_prompt"], told["language"]) == ("Be brief.", "en-US")
    assert [(one["event"], one.get("mark", one.get("dtmf"))) for one in more] == [
        ("mark", {"name": "greeting"}),
        ("dtmf", {"track": "inbound_track", "digit": "5"}),
        ("mark", {"name": "story"}),  # it was cleared
        ("mark", {"name": "goodbye"}),
    ]
    assert bot.keys == {bot.key}
    assert bot.ear.heard_seconds > 0.5


@pytest.mark.usefixtures("dispatcher")
async def test_every_provider_greets_with_the_variables_and_overrides_of_the_call(
    stage: Stage, models: Models, realtime: Realtime, eleven: ElevenLabs, bot: StreamBot, number: str
) -> None:
    providers: list[dict[str, Any]] = [
        {"aiProvider": "pipeline", "baseUrl": models.url, "providerKey": models.key},
        {"aiProvider": "openai", "baseUrl": realtime.url, "providerKey": realtime.key},
        {"aiProvider": "elevenlabs", "baseUrl": eleven.url, "providerKey": eleven.key, "providerAgentId": "agent-7"},
        {"aiProvider": "custom", "customEndpoint": bot.url, "providerKey": bot.key},
    ]
    told = {
        "variables": {"name": "Ada", "order": 1042},
        "agentOverrides": {"systemPrompt": "You call about order {{order}}."},
    }
    words = "Hello Ada, your order 1042 is ready, says Reception of the shop."

    async def greeted(place: int, provider: dict[str, Any]) -> dict[str, Any]:
        greeting = "Hello {{name|there}}, your order {{order}} is ready, says {{agent_name}} of the {{shop|shop}}."
        agent = stage.agent(greeting=greeting, systemPrompt="Be kind.", **provider)
        async with stage.callee(agent, f"{number}{place}", f"+1{202 + 101 * place}5550300", **told) as phone:
            await phone.hears_something(seconds=20)
            await phone.hears_the_end()
        assert 0.7 < phone.heard_seconds() / sound_seconds(words) < 1.5
        return stage.ended(phone.room_name)

    calls = [await greeted(place, provider) for place, provider in enumerate(providers)]
    assert [said(stage, call)[0] for call in calls[:3]] == [("agent", words)] * 3
    assert any("about order 1042." in text for text in realtime.instructions)
    (began,), (start,) = eleven.began, (one["start"] for one in bot.got if one["event"] == "start")
    assert began["conversation_config_override"]["agent"]["prompt"]["prompt"] == "You call about order 1042."
    assert began["dynamic_variables"].items() >= {"name": "Ada", "order": 1042}.items()
    sent = start["customParameters"]
    assert (sent["system_prompt"], sent["greeting"]) == ("You call about order 1042.", words)
    assert (sent["name"], sent["order"]) == ("Ada", "1042")


async def test_a_bot_is_told_that_its_caller_hung_up(stage: Stage, bot: StreamBot, number: str) -> None:
    agent = stage.agent(aiProvider="custom", customEndpoint=bot.url)
    async with stage.caller(stage.number_of(agent, number)) as caller:
        await caller.hears_the_end()
    assert stage.ended(caller.room_name)["reason"] == "caller_hung_up"
    await until(lambda: bot.got[-1]["event"] == "stop", "the bot is told")


async def test_who_calls_a_provider_that_is_not_there_hears_an_apology(stage: Stage, number: str) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    providers: list[dict[str, Any]] = [
        {"aiProvider": "openai", "baseUrl": f"http://{nowhere}/v1"},
        {"aiProvider": "elevenlabs", "baseUrl": f"http://{nowhere}", "providerAgentId": "agent-7"},
        {"aiProvider": "custom", "customEndpoint": f"ws://{nowhere}/voice"},
    ]
    agents = [stage.agent(providerKey="sk-of-the-tests", **provider) for provider in providers]
    numbers = [stage.number_of(agent, f"{number}{last}") for last, agent in enumerate(agents)]

    async def call(number: str) -> dict[str, Any]:
        async with stage.caller(number) as caller:
            await until(caller.gone.is_set, "the call ends", 30)
        assert caller.heard_seconds() > 2
        return stage.ended(caller.room_name)

    for ended in await asyncio.gather(*map(call, numbers)):
        assert (ended["status"], ended["reason"]) == ("failed", "provider_failed")
