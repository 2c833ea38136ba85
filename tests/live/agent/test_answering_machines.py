"""Who answers an agent's call is judged by its language model, too: machines whose words no list has, menus, people."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Any

import pytest

from tests.live.agent.caller import Caller, until
from tests.live.agent.conftest import Stage
from tests.live.agent.models import Models

pytestmark = pytest.mark.live

GREETING = "Hello, this is Acme calling about your order."
MESSAGE = "Please call Acme back, and thank you."
UNKNOWN = "Congratulations, friend, you found the famous robot of Casey, so sing it your very best song."
_areas = cycle(["212", "213", "214", "305", "312", "313", "404", "415", "503", "504", "602", "617"])


@asynccontextmanager
async def _callee(stage: Stage, models: Models, number: str, **fields: Any) -> AsyncIterator[Caller]:
    detects = {"voicemailAction": "leave_message", "voicemailMessage": MESSAGE}
    provider = {"aiProvider": "pipeline", "providerKey": models.key, "baseUrl": models.url}
    agent = stage.agent(greeting=GREETING, **{**detects, **provider, **fields})
    async with stage.callee(agent, number, f"+1{next(_areas)}5550300") as phone:
        yield phone


async def _machine(stage: Stage, models: Models, number: str, verdict: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let a machine answer that only the model knows; return the call and its transcript."""
    models.hears, models.judges = [UNKNOWN], lambda said: verdict
    async with _callee(stage, models, number) as phone:
        await phone.say(UNKNOWN)
        await until(phone.gone.is_set, "the agent hangs up", 60)
    call = stage.ended(phone.room_name)
    return call, stage.transcript(call)


async def test_a_machine_that_only_the_model_knows_gets_the_message(
    stage: Stage, models: Models, number: str, dispatcher: None
) -> None:
    call, read = await _machine(stage, models, number, "machine-vm")
    assert (call["status"], call["reason"]) == ("completed", "voicemail")
    assert models.judged == [UNKNOWN]
    assert [turn["text"] for turn in read["transcript"]] == [UNKNOWN, MESSAGE]


async def test_a_machine_that_takes_no_message_gets_none(
    stage: Stage, models: Models, number: str, dispatcher: None
) -> None:
    call, read = await _machine(stage, models, number, "machine-unavailable")
    assert (call["reason"], read["detail"]) == ("voicemail", "A machine answered that takes no message.")
    assert models.spoken == []


async def test_a_person_is_greeted_after_the_first_words(
    stage: Stage, models: Models, number: str, dispatcher: None
) -> None:
    models.hears = ["Hello?", "Are you open today?"]
    models.answers = lambda said: "We are open until six."
    async with _callee(stage, models, number) as phone:
        said = await phone.say("Hello there?")
        assert phone.heard_at == []
        await phone.hears_something(after=said, seconds=30)
        await phone.hears_the_end()
        await phone.say("Are you open today?")
        await until(lambda: "We are open until six." in models.spoken, "the agent answers", 20)
    read = stage.transcript(stage.ended(phone.room_name))
    assert [turn["text"] for turn in read["transcript"][:3]] == ["Hello?", GREETING, "Are you open today?"]


@pytest.mark.parametrize("verdict", ["human", 500, ""], ids=["person", "model fails", "model says nothing"])
async def test_who_speaks_at_length_is_greeted_whatever_the_model_does(
    stage: Stage, models: Models, number: str, dispatcher: None, verdict: str | int
) -> None:
    models.hears, models.judges = [UNKNOWN], lambda said: verdict
    async with _callee(stage, models, number) as phone:
        said = await phone.say(UNKNOWN)
        await phone.hears_something(after=said, seconds=30)
        await phone.hears_the_end()
    read = stage.transcript(stage.ended(phone.room_name))
    assert models.judged[:1] == [UNKNOWN]
    assert [turn["text"] for turn in read["transcript"]] == [UNKNOWN, GREETING]


async def test_who_says_nothing_is_greeted(stage: Stage, models: Models, number: str, dispatcher: None) -> None:
    async with _callee(stage, models, number) as phone:
        answered = time.monotonic()
        assert await phone.hears_something(seconds=30) - answered > 1.5
        await phone.hears_the_end()
    assert (models.spoken, models.judged) == ([GREETING], [])


async def test_a_menu_is_left_to_the_agent(stage: Stage, models: Models, number: str, dispatcher: None) -> None:
    menu = "Thank you for calling the Riverside clinic, for opening hours press one, for a nurse press two."
    models.hears, models.judges = [menu], lambda said: "machine-ivr"
    models.answers, models.uses = lambda said: "", lambda said: ("send_digits", {"digits": "1"})
    async with _callee(stage, models, number, sendsDigits=True) as phone:
        await phone.say(menu)
        await until(lambda: models.asked and menu in str(models.asked[-1]), "the agent answers the menu", 20)
    assert GREETING not in models.spoken
    assert stage.ended(phone.room_name)["reason"] == "callee_hung_up"
