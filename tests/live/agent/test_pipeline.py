"""A caller talks with an agent of three models, from the greeting to the report."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.live.agent.caller import until
from tests.live.agent.conftest import Stage
from tests.live.agent.models import Models
from tests.live.agent.speech import LOUD

pytestmark = pytest.mark.live
Reception = Callable[..., str]


async def test_a_caller_is_greeted_heard_answered_and_seen_off(
    stage: Stage, models: Models, reception: Reception
) -> None:
    models.hears = ["Are you open today?", "Goodbye."]
    models.answers = lambda said: "We are open until six." if "open" in said else "Goodbye then."
    number = reception(systemPrompt="You answer for Acme.", analyzesCalls=True)
    async with stage.caller(number, status="ringing") as caller:
        await until(lambda: caller.agent_is_ready, "the agent is there before the caller hears silence")
        assert models.spoken == []  # nobody hears yet
        await caller.answer()
        await caller.hears_something()
        assert models.heard == []  # it greeted first
        await caller.hears_the_end()
        assert models.spoken[0] == "Acme, good morning!"
        said = await caller.say("Are you open today?")
        await caller.hears_something(after=said)
        await caller.hears_the_end()
        await caller.say("Goodbye to you.")
        await until(caller.gone.is_set, "the agent ends the call", 25)
    call = stage.ended(caller.room_name)
    assert (call["status"], call["reason"], call["direction"]) == ("completed", "agent_hung_up", "inbound")
    assert all(seconds > 0.5 and loud > LOUD for seconds, loud in models.heard)
    assert models.keys == {models.key}
    assert "You answer for Acme." in json.dumps(models.asked[0])
    read = stage.transcript(call)
    assert [(turn["speaker"], turn["text"].strip()) for turn in read["transcript"]] == [
        ("agent", "Acme, good morning!"),
        ("caller", "Are you open today?"),
        ("agent", "We are open until six."),
        ("caller", "Goodbye."),
        ("agent", "Goodbye then."),
    ]
    assert all(turn["startedAt"] < turn["endedAt"] for turn in read["transcript"])
    assert set(read["measures"]) >= {"firstWordSeconds", "turnSecondsMedian"}

    def reports() -> list[Any]:
        sent = [json.loads(request.body) for request in stage.hooks.requests]
        return [one["data"] for one in sent if one["type"] == "call.report" and one["data"]["id"] == call["id"]]

    await until(reports, "the report is sent")
    (report,) = reports()
    assert len(report["transcript"]) == 5
    assert report["analysis"]["summary"] == "They talked."
    assert models.key not in stage.logs()
