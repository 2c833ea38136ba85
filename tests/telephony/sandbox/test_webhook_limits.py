"""What becomes of events that nobody takes."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from livekit.protocol.models import Room
from livekit.protocol.webhook import WebhookEvent

from telephony.sandbox import webhooks
from telephony.sandbox.state import State

Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def hook(state: State, said: list[str]) -> webhooks.Webhook:
    return webhooks.Webhook("http://127.0.0.1:1/", "key", "s" * 32, state.background, said.append)


@pytest.fixture
def answer_all_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | str], list[float]]:
    """`answer_all_with(503)` gives the times at which posts were made."""

    def make(answer: int | str) -> list[float]:
        posted: list[float] = []

        async def post(*_: object) -> int | str:
            posted.append(asyncio.get_running_loop().time())
            return answer

        monkeypatch.setattr(webhooks, "_post", post)
        return posted

    return make


def event(name: str, room: str = "call") -> WebhookEvent:
    return WebhookEvent(event=name, room=Room(name=room), id=f"EV_{name}")


@pytest.mark.parametrize("answer", [500, 503, 429, "ClientConnectorError"])
def test_an_event_is_tried_five_times_in_fifteen_seconds(
    hook: webhooks.Webhook, run: Run, said: list[str], answer_all_with: Callable[..., list[float]], answer: int | str
) -> None:
    posted = answer_all_with(answer)

    async def story() -> None:
        hook.tell(event("room_started"))
        await asyncio.sleep(20)

    run(story())
    assert [round(at) for at in posted] == [0, 1, 3, 7, 15]
    assert said == [f"webhook room_started: given up, {answer}"]


@pytest.mark.parametrize("answer", [400, 404, 501])
def test_a_refused_event_is_lost_at_once(
    hook: webhooks.Webhook, run: Run, said: list[str], answer_all_with: Callable[..., list[float]], answer: int
) -> None:
    posted = answer_all_with(answer)

    async def story() -> None:
        hook.tell(event("room_started"))
        await asyncio.sleep(20)

    run(story())
    assert len(posted) == 1
    assert said == [f"webhook room_started: lost, the receiver answered {answer}"]


def test_what_waited_for_thirty_seconds_is_dropped_and_other_rooms_wait_for_nothing(
    hook: webhooks.Webhook, run: Run, said: list[str], answer_all_with: Callable[..., list[float]]
) -> None:
    posted = answer_all_with(503)

    async def story() -> None:
        for name in ("first", "second", "third", "fourth"):
            hook.tell(event(name))
        await asyncio.sleep(50)
        assert said == [
            "webhook first: given up, 503",
            "webhook second: given up, 503",
            "webhook third: given up, 503",
            "webhook fourth: dropped, older than 30 s",
        ]
        hook.tell(event("another", "elsewhere"))
        await asyncio.sleep(0.1)
        assert round(posted[-1]) == 50

    run(story())


def test_no_more_than_two_hundred_wait(
    hook: webhooks.Webhook, run: Run, said: list[str], answer_all_with: Callable[..., list[float]]
) -> None:
    answer_all_with(503)

    async def story() -> None:
        for number in range(202):
            hook.tell(event(str(number)))

    run(story())
    assert said == [f"webhook {number}: dropped, 200 events are waiting" for number in (200, 201)]
