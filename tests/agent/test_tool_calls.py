"""The voice worker asks for a tool, then for its result, and the model always gets an answer."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from aiohttp import web

from agents.worker import abilities
from agents.worker.abilities import Abilities, Outcome
from agents.worker.api import Api
from agents.worker.config import Config
from agents.worker.conversation import Conversation
from tests.agent.conftest import told

RUN = "5d1f0f5e-31a5-4a60-8a3c-2f0b7f3cf7a1"
GOES_ON = (202, {"id": RUN})


@dataclass
class Voxa:
    """Answers a worker as each test says: the requests for a tool, then those for its result; the last one repeats."""

    begun: list[tuple[int, Any]]
    outcomes: list[tuple[int, Any]] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    polls: int = 0
    silent_seconds: float = 0.0

    async def post(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        await asyncio.sleep(self.silent_seconds)
        return self._next(self.begun)

    async def get(self, request: web.Request) -> web.Response:
        self.polls += 1
        assert request.match_info["id"] == RUN
        return self._next(self.outcomes)

    def _next(self, answers: list[tuple[int, Any]]) -> web.Response:
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        return web.json_response(body, status=status)


@pytest.fixture
async def voxa() -> AsyncIterator[tuple[Voxa, Config]]:
    answers = Voxa([GOES_ON])
    app = web.Application()
    app.router.add_post("/internal/agent/tool", answers.post)
    app.router.add_get("/internal/agent/tool/{id}", answers.get)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield answers, Config("ws://l", "key", "s" * 40, f"http://127.0.0.1:{port}", "w", 1.0, 0)
    finally:
        await runner.cleanup()


async def use(config: Config) -> Outcome:
    async with Api(config, "room") as api:
        mine = Abilities(told(), Conversation(), api, cast(Any, None))
        return await mine.use("find_order", {"order": "1042"})


async def test_the_result_is_asked_for_until_it_is_there(voxa: tuple[Voxa, Config]) -> None:
    api, config = voxa
    api.outcomes = [GOES_ON, GOES_ON, (200, {"ok": True, "result": "It was shipped."})]
    assert await use(config) == Outcome(True, "It was shipped.")
    assert ([one["arguments"] for one in api.asked], api.polls) == ([{"order": "1042"}], 3)


async def test_a_refusal_is_told_at_once(voxa: tuple[Voxa, Config]) -> None:
    api, config = voxa
    api.begun = [(200, {"ok": False, "result": "Too many tools are running."})]
    assert await use(config) == Outcome(False, "Too many tools are running.")
    assert api.polls == 0


async def test_a_request_whose_answer_was_lost_is_sent_again_under_its_id(voxa: tuple[Voxa, Config]) -> None:
    api, config = voxa
    api.begun = [(502, {}), GOES_ON]
    api.outcomes = [(503, {}), (200, {"ok": True, "result": "Done."})]
    assert await use(config) == Outcome(True, "Done.")
    assert len({one["id"] for one in api.asked}) == 1
    assert len(api.asked) == 2


async def test_a_tool_that_is_never_done_does_not_keep_the_model_waiting(
    voxa: tuple[Voxa, Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, config = voxa
    api.outcomes = [GOES_ON]
    monkeypatch.setattr(abilities, "TOOL_SECONDS", 0.4)
    assert await use(config) == Outcome(False, "The tool did not answer in time.")
    assert api.polls >= 1


async def test_an_api_that_says_nothing_does_not_keep_the_model_waiting(
    voxa: tuple[Voxa, Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, config = voxa
    api.silent_seconds = 5.0
    monkeypatch.setattr(abilities, "TOOL_SECONDS", 0.3)
    began = time.monotonic()
    assert await use(config) == Outcome(False, "The tool did not answer in time.")
    assert time.monotonic() - began < 4


async def test_a_run_that_is_not_known_any_more_is_an_answer_too(voxa: tuple[Voxa, Config]) -> None:
    api, config = voxa
    api.outcomes = [(404, {"error": {"message": "The call has no such tool run."}})]
    outcome = await use(config)
    assert not outcome.ok
    assert "no such tool run" in outcome.text
