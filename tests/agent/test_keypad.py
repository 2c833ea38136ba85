"""Keys are pressed at the pace of the wire, and reported when they are on it."""

import asyncio
from typing import Any, cast

import pytest

from agents.worker.api import Api
from agents.worker.keypad import Keypad


class Phone:
    """A room and an API in one, in time that a test makes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.did: list[tuple[float, str]] = []
        self.local_participant = self
        monkeypatch.setattr("agents.worker.keypad.asyncio.sleep", self.sleep)

    def on(self, event: str, take: Any) -> None:
        self.taken = event

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    async def publish_dtmf(self, *, code: int, digit: str) -> None:
        self.did.append((round(self.now, 2), digit))

    async def tell(self, what: str, told: dict[str, Any], seconds: float) -> None:
        self.did.append((round(self.now, 2), f"{told['count']} told"))


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Phone:
    return Phone(monkeypatch)


def press(phone: Phone, digits: str) -> None:
    asyncio.run(Keypad(cast(Any, phone), cast(Api, phone)).press(digits))


def test_a_key_takes_what_it_takes_on_the_wire(phone: Phone) -> None:
    press(phone, "12#")
    assert phone.did == [(0.0, "1"), (0.54, "2"), (1.08, "#"), (1.62, "3 told")]


def test_a_pause_is_waited_for_and_never_sent(phone: Phone) -> None:
    press(phone, "1wW2")
    assert phone.did == [(0.0, "1"), (1.54, "2"), (2.08, "2 told")]


@pytest.mark.parametrize("digits", ["", "1 2", "e", "1" * 65, "1,2"])
def test_what_is_no_key_is_refused(phone: Phone, digits: str) -> None:
    with pytest.raises(ValueError, match="Digits are"):
        press(phone, digits)
    assert phone.did == []
