"""An agent in a real call uses its tools, presses keys and hands its caller over."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from livekit import rtc
from standardwebhooks import Webhook

from tests.live.agent.caller import until
from tests.live.agent.conftest import CALLER, GATEWAY, Stage
from tests.live.agent.models import Models
from tests.live.process import wait_until
from tests.receiver import Receiver, answer, receiver

pytestmark = pytest.mark.live
Reception = Callable[..., str]
ORDER = {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]}
SALES = {"name": "sales", "to": "+12025550486", "mode": "warm", "description": "Orders and prices."}  # is busy
SUPPORT = {"name": "support", "to": "+12025550142", "mode": "warm", "description": "Help."}
DESK = {"name": "desk", "to": "+12025550143", "mode": "cold"}


@pytest.fixture
def shop() -> Iterator[Receiver]:
    """The workspace's own endpoint."""
    with receiver() as box:
        box.respond = answer(200, b"It was shipped.")
        yield box


async def test_the_model_calls_a_tool_and_tells_what_it_gave(
    stage: Stage, models: Models, reception: Reception, shop: Receiver
) -> None:
    models.hears = ["Where is my order?"]
    models.answers = lambda said: ""
    models.uses = lambda said: ("find_order", {"order": "1042"}) if "order" in said else None
    models.concludes = lambda result: f"Good news. {result}"
    tool = {"name": "find_order", "description": "Finds an order.", "parameters": ORDER, "url": shop.url()}
    number = reception(tools=[tool])
    agent = stage.api.call("GET", "/v1/agents")["results"][0]["id"]
    secret = stage.api.call("POST", f"/v1/agents/{agent}/tool-secret")["secret"]
    async with stage.caller(number) as caller:
        await caller.hears_the_end()
        await caller.say("Where is my order?")
        await until(lambda: models.spoken[1:], "the agent answers")
    (sent,) = shop.requests
    assert Webhook(secret).verify(sent.body, sent.headers)
    assert json.loads(sent.body)["data"]["arguments"] == {"order": "1042"}
    assert "It was shipped." in " ".join(models.spoken)
    call = stage.ended(caller.room_name)
    events = [event["type"] for event in stage.api.call("GET", f"/v1/calls/{call['id']}/events")["results"]]
    assert "tool.called" in events


async def test_keys_are_pressed_for_the_api_and_by_the_agent(
    stage: Stage, models: Models, reception: Reception
) -> None:
    models.hears = ["Press five."]
    models.answers = lambda said: ""
    models.uses = lambda said: ("send_digits", {"digits": "5"}) if "five" in said else None
    number = reception(sendsDigits=True)
    async with stage.caller(number) as caller:
        digits: list[str] = []

        def note(digit: rtc.SipDTMF) -> None:
            digits.append(digit.digit)

        caller.room.on("sip_dtmf_received", note)
        await caller.hears_the_end()
        call = stage.call_in(caller.room_name)
        stage.api.call("POST", f"/v1/calls/{call['id']}/dtmf", {"digits": "1w2#"}, expect=202)
        await until(lambda: len(digits) == 3, "the keys of the API arrive")
        await caller.say("Please press five.")
        await until(lambda: len(digits) == 4, "the key of the agent arrives")
        assert digits == ["1", "2", "#", "5"]

        def told() -> int:
            events = stage.api.call("GET", f"/v1/calls/{call['id']}/events")["results"]
            return sum(event["type"] == "digits.sent" for event in events)

        await until(lambda: told() == 2, "the timeline tells of both")


def legs(stage: Stage, room: str) -> list[dict[str, Any]]:
    return [leg for leg in stage.bridge.calls() if leg["room"] == room]


@pytest.mark.usefixtures("dispatcher")
async def test_a_caller_keeps_the_agent_until_somebody_takes_the_call(
    stage: Stage, models: Models, reception: Reception
) -> None:
    models.hears = ["Sales please.", "Support then."]
    models.answers = lambda said: ""
    models.uses = lambda said: ("transfer_call", {"to": "sales" if "Sales" in said else "support"})
    models.concludes = lambda result: "Sales is busy." if "486" in result else result
    async with stage.caller(reception(transfers=[SALES, SUPPORT])) as caller:
        await caller.hears_the_end()
        asked = await caller.say("Sales please.")
        await caller.hears_something(after=asked)
        await caller.hears_the_end()
        await caller.say("Support then.")
        room, others = caller.room_name, caller.room.remote_participants
        await until(lambda: set(others) == {"transfer"}, "the third party is there and the agent has left")
        assert stage.call_in(room)["status"] == "in_progress"
        third = legs(stage, room)[-1]
        assert third["request"]["call_to"] == "+12025550142"
        stage.bridge.hangup(third["call_id"])
        await until(caller.gone.is_set, "the caller is not left alone")
    call = stage.ended(room)
    assert (call["status"], call["reason"]) == ("completed", "transferred")
    said = [turn["text"].strip() for turn in stage.transcript(call)["transcript"]]
    assert said == ["Acme, good morning!", "Sales please.", "Sales is busy.", "Support then."]


@pytest.mark.usefixtures("dispatcher")
def test_the_carrier_is_asked_to_connect_the_caller_elsewhere(stage: Stage, models: Models, number: str) -> None:
    models.uses = lambda said: ("transfer_call", {"to": "desk"})  # at once, as it has no greeting
    models.answers = lambda said: ""
    provider = {"aiProvider": "pipeline", "providerKey": models.key, "baseUrl": models.url}
    stage.number_of(stage.agent(transfers=[DESK], **provider), number)
    room = stage.bridge.invite(CALLER, number, GATEWAY, join=True)["dispatch"]["room_name"]
    wait_until(lambda: legs(stage, room)[0].get("transfers"), "the carrier is asked", 20, 0.1)
    assert legs(stage, room)[0]["transfers"][0]["transfer_to"] == "tel:+12025550143"
    call = stage.ended(room)
    assert (call["status"], call["reason"]) == ("completed", "transferred")
