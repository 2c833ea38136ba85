"""Words count as said only if they were: what is announced, such as a recording, hangs on it."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from livekit.agents.llm import RealtimeError
from livekit.agents.voice import SpeechHandle

from agents.worker.conversation import Conversation
from agents.worker.providers.spoken import SpokenVoice
from tests.agent.conftest import told


def _voice(conversation: Conversation, speech: SpeechHandle) -> SpokenVoice:
    session: Any = SimpleNamespace(
        on=lambda *_: None,
        input=SimpleNamespace(set_audio_enabled=lambda enabled: None),
        generate_reply=lambda **_: speech,
    )
    abilities: Any = SimpleNamespace(schemas=list)
    nothing: Any = None
    return SpokenVoice(told(), nothing, conversation, abilities, session, nothing, says_words=False)


@pytest.mark.parametrize(("error", "said"), [(None, True), (RealtimeError("no answer in time"), False)])
async def test_a_model_that_failed_said_nothing(
    conversation: Conversation, error: Exception | None, said: bool
) -> None:
    speech = SpeechHandle.create()
    speech._mark_done(error)
    assert await _voice(conversation, speech).say("This call is recorded.") is said


@pytest.mark.parametrize(("error", "owed"), [(None, False), (RealtimeError("no answer in time"), True)])
async def test_a_greeting_that_failed_is_still_owed(
    conversation: Conversation, error: Exception | None, owed: bool
) -> None:
    speech = SpeechHandle.create()
    await _voice(conversation, speech).greet()
    speech._mark_done(error)
    await asyncio.sleep(0)  # what waits for it is told
    assert (conversation.owes_answer_since is not None) is owed


async def test_nothing_is_said_any_more_in_a_conversation_that_ended(conversation: Conversation) -> None:
    speech = SpeechHandle.create()
    speech._mark_done()
    conversation.end("provider_failed", "The provider's tts failed.")
    assert await _voice(conversation, speech).say("This call is recorded.") is False
