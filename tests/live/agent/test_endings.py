"""How conversations end that nobody ends well: a provider that fails, silence, a worker that stops or is killed."""

import asyncio
from collections.abc import Callable

import pytest

from tests.live.agent.caller import until
from tests.live.agent.conftest import Stage
from tests.live.agent.models import Models
from tests.live.agent.realtime import Realtime
from tests.live.agent.speech import sound_seconds
from tests.live.process import wait_until

pytestmark = pytest.mark.live
Reception = Callable[..., str]


async def test_a_failing_provider_is_apologised_for(stage: Stage, models: Models, reception: Reception) -> None:
    models.status = 500
    async with stage.caller(reception()) as caller:
        await caller.hears_something()
        await until(caller.gone.is_set, "the call ends", 25)
    call = stage.ended(caller.room_name)
    assert (call["status"], call["reason"]) == ("failed", "provider_failed")
    assert stage.transcript(call)["detail"] == "The provider's tts failed with status 500."
    assert len(caller.heard_at) > 100  # some seconds of it
    assert models.key not in stage.logs()


async def test_a_provider_that_does_not_answer_is_not_waited_for(
    stage: Stage, models: Models, reception: Reception
) -> None:
    models.hears, models.delay = ["Are you open today?"], 60
    async with stage.caller(reception()) as caller:
        await caller.hears_the_end()
        said = await caller.say("Are you open today?")
        apology = await caller.hears_something(after=said, seconds=20)
        assert apology - said > 5
        await until(caller.gone.is_set, "the call ends", 25)
    call = stage.ended(caller.room_name)
    assert (call["status"], call["reason"]) == ("failed", "provider_failed")
    assert [turn["text"] for turn in stage.transcript(call)["transcript"]][-1] == "Are you open today?"


async def test_a_silent_caller_is_asked_and_then_left(stage: Stage, models: Models, reception: Reception) -> None:
    number = reception(silenceSeconds=1, silencePrompts=1, silencePrompt="Is somebody there?")
    async with stage.caller(number) as caller:
        await until(caller.gone.is_set, "the call ends", 25)
    call = stage.ended(caller.room_name)
    assert (call["status"], call["reason"]) == ("completed", "silence")
    assert models.spoken == ["Acme, good morning!", "Is somebody there?"]


async def test_a_caller_who_interrupts_is_heard(stage: Stage, models: Models, reception: Reception) -> None:
    models.hears = ["Tell me everything.", "Stop."]
    long = "This is a very long story. " * 20
    models.answers = lambda said: long if "everything" in said else "I stopped."
    async with stage.caller(reception()) as caller:
        await caller.hears_the_end()
        said = await caller.say("Tell me everything.")
        await caller.hears_something(after=said)
        await caller.say("Stop please, I have heard enough of this story, thank you.")
        await until(lambda: "I stopped." in models.spoken, "the agent answers the interruption", 20)
    turns = stage.transcript(stage.ended(caller.room_name))["transcript"]
    story = turns[2]
    assert story["interrupted"]
    assert len(story["text"]) < len(long)


async def test_a_caller_is_not_left_alone_where_the_api_is_away(stage: Stage, reception: Reception) -> None:
    number = reception()
    stage.installation.web.stop()
    try:
        async with stage.caller(number) as caller:
            await caller.hears_something(seconds=20)
            await until(caller.gone.is_set, "the worker closes the room", 25)
    finally:
        stage.installation.web.start()


async def test_a_worker_told_to_stop_finishes_its_calls(stage: Stage, models: Models, reception: Reception) -> None:
    models.hears = ["Are you open today?"]
    (worker,) = stage.workers
    async with stage.caller(reception()) as caller:
        await caller.hears_the_end()
        assert worker.popen is not None
        worker.popen.terminate()
        said = await caller.say("Are you open today?")
        await caller.hears_something(after=said)
        assert worker.running
    assert worker.wait(30) == 0
    assert stage.ended(caller.room_name)["reason"] == "caller_hung_up"
    stage.workers.clear()
    stage.start_worker()


async def test_a_killed_worker_ends_its_call_where_no_other_takes_it(
    stage: Stage, models: Models, reception: Reception
) -> None:
    number = reception()
    async with stage.caller(number) as caller:
        await caller.hears_the_end()
        await until(lambda: stage.read(stage.call_in(caller.room_name))["transcript"], "the greeting is reported")
        stage.workers.pop().kill()
        async with stage.caller(number, status="ringing") as waiting:
            await until(waiting.gone.is_set, "who rings now does not ring on", 30)
        await until(caller.gone.is_set, "the call ends", 60)
    call = stage.ended(caller.room_name)
    assert (call["status"], call["reason"]) == ("failed", "worker_lost")
    assert [turn["text"] for turn in stage.read(call)["transcript"]] == ["Acme, good morning!"]
    call = stage.ended(waiting.room_name)
    assert (call["status"], call["reason"], call["answeredAt"]) == ("failed", "agent_absent", None)
    stage.start_worker()


def test_a_callee_is_spoken_to_when_the_call_is_answered(
    stage: Stage, models: Models, number: str, dispatcher: None
) -> None:
    provider = {"aiProvider": "pipeline", "providerKey": models.key, "baseUrl": models.url}
    agent = stage.agent(greeting="Hello, this is Acme calling.", **provider)
    stage.number_of(agent, number)
    asked = {"to": "+12025550206", "from": number, "agentId": agent}  # answers, and hangs up after six seconds
    placed = stage.api.call("POST", "/v1/calls", asked, expect=201)
    wait_until(lambda: stage.api.call("GET", f"/v1/calls/{placed['id']}")["endedAt"], "the call ends", 30, 0.2)
    call = stage.api.call("GET", f"/v1/calls/{placed['id']}")
    assert (call["status"], call["reason"], call["direction"]) == ("completed", "callee_hung_up", "outbound")
    assert stage.transcript(call)["transcript"] == []  # the stand-in for a SIP service takes no sound
    assert models.spoken == ["Hello, this is Acme calling."]


async def test_a_voicemail_gets_the_message_and_no_answer(
    stage: Stage, models: Models, realtime: Realtime, number: str, dispatcher: None
) -> None:
    greeting = ["Please leave a message after the beep.", "Press one for more."]
    message = "Please call Acme back, and thank you."
    for server in (models, realtime):
        server.hears, server.answers = greeting.copy(), lambda said: "Let me tell you something. " * 10

    async def leave(kind: str, url: str, number: str, to: str) -> None:
        voicemail = {"voicemailAction": "leave_message", "voicemailMessage": message}
        provider = {"aiProvider": kind, "providerKey": "sk-tests", "baseUrl": url}
        agent = stage.agent(greeting="Hello, this is Acme calling.", **voicemail, **provider)
        async with stage.callee(agent, number, to) as phone:
            await phone.say("Hello, this is Jo. Please leave a message after the beep.")
            await phone.pause(1.0)
            greeted = await phone.say("Press one for more, or hang up when you are done.")
            await until(phone.gone.is_set, "the agent hangs up", 30)
        call = stage.ended(phone.room_name)
        assert (call["status"], call["reason"]) == ("completed", "voicemail")
        said = [turn["text"] for turn in stage.transcript(call)["transcript"] if turn["speaker"] == "agent"]
        assert said[-1] == message
        assert 0.8 < phone.heard_seconds(greeted) / sound_seconds(message) < 1.5

    await asyncio.gather(
        leave("pipeline", models.url, f"{number}1", "+12025550300"),
        leave("openai", realtime.url, f"{number}2", "+13035550300"),
    )
