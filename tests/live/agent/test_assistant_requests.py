"""The workspace's endpoint decides who answers a caller; when it is silent, the stored agent does."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.live.agent.caller import until
from tests.live.agent.conftest import Stage
from tests.live.agent.models import Models
from tests.receiver import answer, receiver

pytestmark = pytest.mark.live
SECRET = "whsec_" + "QUJD" * 11


@pytest.mark.parametrize("answers", [True, False])
async def test_the_endpoint_picks_the_agent_or_the_stored_one_answers_after_two_seconds(
    stage: Stage, models: Models, reception: Callable[..., str], *, answers: bool
) -> None:
    number = reception()
    pipeline = {"aiProvider": "pipeline", "providerKey": models.key, "baseUrl": models.url}
    night = stage.agent(greeting="Good evening {{name|there}}!", **pipeline)
    with receiver() as endpoint:
        chosen = answer(200, json.dumps({"agentId": night, "variables": {"name": "Ada"}}).encode())

        def silent(handler: Any) -> None:
            endpoint.stop_waiting.wait(20)

        endpoint.respond = chosen if answers else silent
        rows = stage.api.call("GET", "/v1/telephony/numbers?limit=200")["results"]
        row = next(one for one in rows if one["number"] == number)
        asked = {"assistantRequestUrl": endpoint.url("/in"), "assistantRequestSecret": SECRET}
        stage.api.call("PATCH", f"/v1/telephony/numbers/{row['id']}", asked)
        async with stage.caller(number) as caller:
            await caller.hears_something()
            greeting = "Good evening Ada!" if answers else "Acme, good morning!"
            await until(lambda: greeting in models.spoken, "the right agent greets")
        assert [one.path for one in endpoint.requests] == ["/in"]
    call = stage.ended(caller.room_name)
    events = stage.api.call("GET", f"/v1/calls/{call['id']}/events")["results"]
    told = [one for one in events if one["type"].startswith("assistant.")]
    assert [one["type"] for one in told] == ["assistant.answered" if answers else "assistant.failed"]
    assert call["agentId"] == (night if answers else row["agentId"])
    assert SECRET not in stage.logs()
