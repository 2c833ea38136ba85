"""An agent in a real call uses its tools and presses keys."""

import json
from collections.abc import Callable, Iterator

import pytest
from livekit import rtc
from standardwebhooks import Webhook

from tests.live.agent.caller import until
from tests.live.agent.conftest import Stage
from tests.live.agent.models import Models
from tests.receiver import Receiver, answer, receiver

pytestmark = pytest.mark.live
Reception = Callable[..., str]
ORDER = {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]}


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
