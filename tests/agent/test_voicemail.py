"""A voicemail is told from a person, and gets the message or nothing."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from agents.worker import voicemail, watchers
from agents.worker.conversation import CALLER, Conversation, Turn
from agents.worker.greeting_sound import RATE
from agents.worker.greeting_words import MACHINE, score
from agents.worker.voicemail import mind_voicemail
from tests.agent.conftest import NotedVoice, hear, told


@pytest.mark.parametrize(
    "text",
    [
        "Hi, you've reached Jo. Please leave a message after the tone.",
        "The person you are calling is not available right now.",
        "Your call has been forwarded to an automatic voice mail system.",
        "The wireless customer you are calling is not available.",
        "Leider bin ich nicht da. Hinterlassen Sie eine Nachricht nach dem Ton.",
        "Deje su mensaje después del tono.",
        "Laissez un message après le bip.",
    ],
)
def test_what_voicemails_say_is_known(text: str) -> None:
    assert score(text) >= MACHINE


@pytest.mark.parametrize(
    "text",
    [
        "Hello?",
        "Acme, Jo speaking, how can I help?",
        "Yes, I can talk now.",
        "I left a note.",
        "Who is this?",
        "The mailbox store, hello.",
    ],
)
def test_a_person_is_no_voicemail(text: str) -> None:
    assert score(text) < MACHINE


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voicemail, "BEEP_OVER", 0.05)
    monkeypatch.setattr(voicemail, "LISTEN_SECONDS", 0.5)
    monkeypatch.setattr(voicemail, "LOOK_EVERY", 0.01)


async def test_the_message_is_left_when_the_greeting_is_over(conversation: Conversation, voice: NotedVoice) -> None:
    conversation.answered()
    minding = asyncio.create_task(mind_voicemail(conversation, voice, told()))
    hear(conversation, "Please leave a message after the beep.")
    await minding
    assert voice.did == ["hold", "Please call us back."]
    assert (await conversation.ended()).reason == "voicemail"


async def test_a_long_greeting_is_owed_no_answer(
    conversation: Conversation, voice: NotedVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchers, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(watchers, "PATIENCE", 0.3)
    conversation.answered()
    conversation.caller_speaking(True)
    conversation.said(Turn(CALLER, "Please leave a message after the beep.", 1.0, 2.0))
    conversation.caller_turn()
    minding = [
        asyncio.create_task(mind_voicemail(conversation, voice, told())),
        asyncio.create_task(watchers.mind_answers(conversation)),
    ]
    await asyncio.sleep(0.5)  # it goes on
    conversation.caller_speaking(False)
    assert (await conversation.ended()).reason == "voicemail"
    assert voice.did == ["hold", "Please call us back."]
    minding[1].cancel()


async def test_one_that_is_set_to_hang_up_says_nothing(conversation: Conversation, voice: NotedVoice) -> None:
    hear(conversation, "Please leave a message after the beep.")
    await mind_voicemail(conversation, voice, told(agent={"voicemail": {"action": "hang_up", "message": ""}}))
    assert voice.did == []
    assert (await conversation.ended()).reason == "voicemail"


@pytest.mark.parametrize(
    "change", [{"call": {"direction": "inbound"}}, {"agent": {"voicemail": {"action": "", "message": ""}}}]
)
async def test_nobody_listens_for_one_where_none_is_expected(
    conversation: Conversation, voice: NotedVoice, change: dict[str, dict[str, object]]
) -> None:
    hear(conversation, "Please leave a message after the beep.")
    await mind_voicemail(conversation, voice, told(**change))
    assert not conversation.over


async def test_a_person_is_talked_with(conversation: Conversation, voice: NotedVoice) -> None:
    hear(conversation, "Hello?")
    await mind_voicemail(conversation, voice, told())
    assert (conversation.over, voice.did) == (False, [])


async def _beep() -> AsyncIterator[bytes]:
    tone = 8_000 * np.sin(2 * np.pi * 440 * np.arange(RATE // 2) / RATE)
    yield tone.astype(np.int16).tobytes()


async def test_a_beep_tells_a_voicemail_without_words(conversation: Conversation, voice: NotedVoice) -> None:
    conversation.answered()
    await mind_voicemail(conversation, voice, told(), _beep())
    assert voice.did == ["hold", "Please call us back."]


async def test_hints_in_a_conversation_with_a_person_do_not_count(
    conversation: Conversation, voice: NotedVoice
) -> None:
    for text in ("Jo speaking.", "She is not available right now, try again or call her back.", "After lunch."):
        hear(conversation, text)
    await mind_voicemail(conversation, voice, told())
    assert not conversation.over
