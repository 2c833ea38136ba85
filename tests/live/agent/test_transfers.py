"""A language model hands its caller over by a function, on the real server."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.live.agent.caller import until
from tests.live.agent.conftest import CALLER, GATEWAY, Stage
from tests.live.agent.models import Models
from tests.live.process import wait_until

pytestmark = pytest.mark.live
Reception = Callable[..., str]
SALES = {"name": "sales", "to": "+12025550486", "mode": "warm", "description": "Orders and prices."}  # is busy
SUPPORT = {"name": "support", "to": "+12025550142", "mode": "warm", "description": "Help."}
DESK = {"name": "desk", "to": "+12025550143", "mode": "cold"}


def legs(stage: Stage, room: str) -> list[dict[str, Any]]:
    return [leg for leg in stage.bridge.calls() if leg["room"] == room]


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
