"""The voice worker waits while the workspace's endpoint is asked, and transfers first where that is the answer."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from agents.worker.abilities import Abilities
from agents.worker.api import Api, ApiFailed
from agents.worker.config import Config
from agents.worker.conversation import Conversation
from tests.agent.conftest import told

Answers = list[tuple[int, Any]]


@pytest.fixture
async def voxa() -> AsyncIterator[tuple[Answers, Config]]:
    answers: Answers = []

    async def reply(request: web.Request) -> web.Response:
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_get("/internal/agent/session", reply)
    app.router.add_post("/internal/agent/first-transfer", reply)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield answers, Config("ws://l", "key", "s" * 40, f"http://127.0.0.1:{runner.addresses[0][1]}", "w", 1.0, 0)
    finally:
        await runner.cleanup()


async def test_pending_instructions_are_asked_for_again(voxa: tuple[Answers, Config]) -> None:
    answers, config = voxa
    answers += [(202, {"pending": True}), (202, {"pending": True}), (200, {"call": {}})]
    async with Api(config, "room") as api:
        assert await api.session(5.0) == {"call": {}}


async def test_instructions_that_never_come_are_an_error(voxa: tuple[Answers, Config]) -> None:
    answers, config = voxa
    answers += [(202, {"pending": True})]
    async with Api(config, "room") as api:
        with pytest.raises(ApiFailed, match="pending"):
            await api.session(0.2)


@pytest.mark.parametrize(
    ("answer", "done"),
    [((200, {"ok": True, "result": ""}), True), ((200, {"ok": False, "result": "Busy"}), False), ((403, {}), False)],
)
async def test_whether_the_first_transfer_succeeded(voxa: tuple[Answers, Config], answer: Any, done: bool) -> None:
    answers, config = voxa
    answers.append(answer)
    async with Api(config, "room") as api:
        abilities = Abilities(told(), Conversation(), api, keypad=None)  # type: ignore[arg-type]
        assert await abilities.transfer_first() is done
