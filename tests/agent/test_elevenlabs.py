"""Words are said by ElevenLabs' speech synthesis; an answer without sound says nothing."""

from typing import Any

import pytest

from agents.worker.conversation import Conversation
from agents.worker.providers.bridge import Bridge
from agents.worker.providers.elevenlabs import ElevenLabsVoice
from tests.agent.conftest import told
from tests.receiver import answer, receiver


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [(200, b"\x01\x00" * 240, True), (200, b"", False), (302, b"<html>", False), (401, b"{}", False)],
)
async def test_an_answer_without_sound_says_nothing(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, said: bool
) -> None:
    async def at_once(self: Bridge, seconds: float) -> None:
        """Nothing plays here."""

    monkeypatch.setattr(Bridge, "played", at_once)
    nothing: Any = None
    with receiver() as server:
        server.respond = answer(status, body)
        guard = {"trusted": [server.url("")], "networks": ["127.0.0.0/8"]}
        provider = {"baseUrl": server.url(""), "key": "xi-key", "guard": guard}
        voice = ElevenLabsVoice(told(agent={"voice": "v"}, provider=provider), nothing, conversation, nothing)
        assert await voice.say("This call is recorded.") is said
        await voice.stop()
    assert bool(conversation.turns) is said
