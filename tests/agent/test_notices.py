"""The API tells an agent that its call ends soon, and the agent says goodbye in its own way."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from agents.worker.conversation import Conversation
from agents.worker.notices import TOPIC, Notices
from agents.worker.providers.elevenlabs import ElevenLabsVoice
from agents.worker.providers.media_streams import MediaStreamsVoice
from agents.worker.providers.spoken import SpokenVoice
from calls.services import notices
from tests.agent.conftest import told

NOTICE = {"endsInSeconds": 18, "reason": "spend_limit"}
NOTHING: Any = None


class _Room:
    """A room that hands packets over."""

    def on(self, event: str, take: Any) -> None:
        self.take = take

    def send(self, data: bytes, topic: str = TOPIC, participant: Any = None) -> None:
        self.take(SimpleNamespace(data=data, topic=topic, participant=participant))


@pytest.fixture
def heard() -> list[tuple[int, str]]:
    return []


@pytest.fixture
def room(heard: list[tuple[int, str]]) -> _Room:
    room: Any = _Room()
    voice: Any = SimpleNamespace(ends_soon=lambda seconds, reason: (seconds, reason))
    work: Any = SimpleNamespace(begin=heard.append)
    Notices(room, voice, work)
    return room  # type: ignore[no-any-return]


def test_a_notice_reaches_the_voice(room: _Room, heard: list[tuple[int, str]]) -> None:
    assert TOPIC == notices.TOPIC
    room.send(json.dumps(NOTICE).encode())
    assert heard == [(18, "spend_limit")]


def test_nobody_in_the_room_speaks_for_the_api(room: _Room, heard: list[tuple[int, str]]) -> None:
    room.send(json.dumps(NOTICE).encode(), participant="somebody")
    room.send(json.dumps(NOTICE).encode(), topic="other")
    for nonsense in (b"{}", b"no json", b"[]", b'{"endsInSeconds": "soon", "reason": ""}'):
        room.send(nonsense)
    assert heard == []


async def test_a_spoken_agent_is_told_to_say_goodbye(conversation: Conversation) -> None:
    asked: list[str] = []
    session: Any = SimpleNamespace(
        on=lambda *_: None, generate_reply=lambda instructions: asked.append(instructions), interrupt=lambda force: None
    )
    abilities: Any = SimpleNamespace(schemas=list)
    voice = SpokenVoice(told(), NOTHING, conversation, abilities, session, NOTHING, says_words=True)
    await voice.ends_soon(18, "spend_limit")
    assert len(asked) == 1
    assert "18 seconds" in asked[0]
    await voice.hold()
    await voice.ends_soon(18, "spend_limit")
    assert len(asked) == 1


async def test_an_elevenlabs_agent_gets_it_as_context(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = ElevenLabsVoice(told(), NOTHING, conversation, NOTHING)
    sent = _sent(voice, monkeypatch)
    await voice.ends_soon(18, "spend_limit")
    await voice.whisper("Offer ten percent.")
    await voice.stop()
    assert [one["type"] for one in sent] == ["contextual_update", "contextual_update"]
    assert ("18 seconds" in sent[0]["text"], "Offer ten percent." in sent[1]["text"]) == (True, True)


async def test_a_bot_of_ones_own_gets_it_as_an_event(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    room: Any = SimpleNamespace(off=lambda *_: None)
    voice = MediaStreamsVoice(told(), room, conversation)
    sent = _sent(voice, monkeypatch)
    await voice.ends_soon(18, "spend_limit")
    await voice.stop()
    assert (sent[0]["event"], sent[0]["notice"]) == ("notice", NOTICE)


def _sent(voice: Any, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    monkeypatch.setattr(voice, "_send", send)
    return sent
