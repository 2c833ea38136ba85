"""Nobody can talk: the fallback of the number or of the workspace happens, on a real LiveKit server."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.live.agent.caller import Caller, until
from tests.live.agent.conftest import Stage
from tests.live.agent.models import Models
from tests.live.process import free_port

pytestmark = pytest.mark.live
Reception = Callable[..., str]
NIGHT = "Good evening, this is the night desk."
LEAVE = "We are closed. Please leave a message after the tone."
SORRY = "We cannot take your call now. Please write to us."
TARGET = "+12025550142"  # answers
CLOSED = {"holidays": [(datetime.now(UTC).date() + timedelta(days=day)).isoformat() for day in (-1, 0, 1)]}


@pytest.fixture(autouse=True)
def rearranged(stage: Stage) -> Iterator[None]:
    yield
    stage.api.call("PATCH", "/v1/settings/telephony", {"fallback": "", "holidays": []})


@pytest.fixture
def broken(stage: Stage, number: str) -> str:
    """A number whose agent's provider cannot be reached."""
    nowhere = {"aiProvider": "pipeline", "providerKey": "sk-1", "baseUrl": f"http://127.0.0.1:{free_port()}/v1"}
    return stage.number_of(stage.agent(greeting="Acme, good morning!", **nowhere), number)


def set_number(stage: Stage, number: str, **fields: Any) -> None:
    rows = stage.api.call("GET", "/v1/telephony/numbers?limit=200")["results"]
    row = next(one for one in rows if one["number"] == number)
    stage.api.call("PATCH", f"/v1/telephony/numbers/{row['id']}", fields)


def lines(stage: Stage, caller: Caller, kind: str) -> list[dict[str, Any]]:
    call = stage.call_in(caller.room_name)
    events = stage.api.call("GET", f"/v1/calls/{call['id']}/events")["results"] if call else []
    return [event["data"] for event in events if event["type"] == kind]


async def test_out_of_hours_a_greeting_and_a_tone_come_and_the_message_is_recorded(
    stage: Stage, models: Models, reception: Reception
) -> None:
    stage.bridge.record("saves")
    number = reception()
    set_number(stage, number, **CLOSED, fallback="voicemail", fallbackMessage=LEAVE)
    async with stage.caller(number, status="ringing") as caller:
        await until(lambda: caller.agent_is_ready, "the call is answered")
        await caller.answer()
        await caller.hears_something()
        await until(lambda: stage.bridge.recordings(caller.room_name), "the recorder is there")
        await caller.say("Please call me back about my order.")
        await until(lambda: lines(stage, caller, "recording.started"), "the timeline has the recording")
    stage.bridge.record("off")
    call = stage.ended(caller.room_name)
    assert call["reason"] == "caller_hung_up"
    assert models.spoken == [LEAVE]
    assert [turn["text"] for turn in stage.transcript(call)["transcript"]] == [LEAVE]
    (used,) = lines(stage, caller, "fallback.used")
    assert used == {"reason": "outside_business_hours", "action": "voicemail"}


async def test_where_the_provider_fails_another_agent_answers(stage: Stage, models: Models, broken: str) -> None:
    provider = {"aiProvider": "pipeline", "providerKey": models.key, "baseUrl": models.url}
    night = stage.agent(greeting=NIGHT, **provider)
    set_number(stage, broken, fallback="agent", fallbackAgentId=night)
    models.hears = ["Are you open?"]
    models.answers = lambda said: "We are."
    async with stage.caller(broken) as caller:
        await caller.hears_the_end(seconds=30)
        await caller.say("Are you open?")
        await until(lambda: models.spoken == [NIGHT, "We are."], "the other agent holds the conversation")
    call = stage.ended(caller.room_name)
    assert (call["status"], call["agentId"]) == ("completed", night)
    (used,) = lines(stage, caller, "fallback.used")
    assert (used["reason"], used["agent"], used["action"]) == ("provider_failed", "Reception", "agent")
    assert "tts" in used["message"]


async def test_where_all_agents_fail_the_workspaces_message_is_spoken_without_a_provider(
    stage: Stage, models: Models, broken: str
) -> None:
    nowhere = {"aiProvider": "pipeline", "providerKey": "sk-1", "baseUrl": f"http://127.0.0.1:{free_port()}/v1"}
    set_number(stage, broken, fallback="agent", fallbackAgentId=stage.agent(greeting="Hello?", **nowhere))
    stage.api.call("PATCH", "/v1/settings/telephony", {"fallback": "hang_up", "fallbackMessage": SORRY})
    async with stage.caller(broken) as caller:
        await caller.hears_the_end(seconds=40)
        await until(caller.gone.is_set, "the call is hung up", 20)
    call = stage.ended(caller.room_name)
    assert (call["status"], call["reason"]) == ("completed", "nobody_available")
    assert [one["action"] for one in lines(stage, caller, "fallback.used")] == ["agent", "hang_up"]
    assert (models.spoken, 1 < caller.heard_seconds() < 8) == ([], True)


async def test_out_of_hours_callers_are_transferred(
    stage: Stage, models: Models, reception: Reception, dispatcher: None
) -> None:
    number = reception()
    set_number(stage, number, **CLOSED, fallback="transfer", fallbackTo=TARGET, fallbackMode="warm")
    async with stage.caller(number) as caller:
        await until(lambda: lines(stage, caller, "transfer.completed"), "the target is called", 30)
    assert models.spoken == []


async def test_without_a_worker_a_caller_who_rings_is_transferred(
    stage: Stage, models: Models, reception: Reception, dispatcher: None
) -> None:
    number = reception()
    set_number(stage, number, fallback="transfer", fallbackTo=TARGET)
    stage.workers.pop().kill()
    try:
        async with stage.caller(number, status="ringing") as caller:
            await until(lambda: lines(stage, caller, "transfer.completed"), "the target is called", 40)
        (used,) = lines(stage, caller, "fallback.used")
        assert used == {"reason": "agent_absent", "action": "transfer", "to": TARGET}
    finally:
        stage.start_worker()
