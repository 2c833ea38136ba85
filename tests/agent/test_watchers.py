"""Silence, the longest duration and an answer that does not come end a conversation."""

import asyncio

import pytest

from agents.worker import watchers
from agents.worker.conversation import Conversation
from tests.agent.conftest import NotedVoice, hear, told


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchers, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(watchers, "PATIENCE", 0.1)


async def test_a_silent_caller_is_asked_as_often_as_set_and_then_left(
    conversation: Conversation, voice: NotedVoice
) -> None:
    conversation.answered()
    await watchers.mind_silence(conversation, voice, told(agent={"silence": _silence(0.05, 2)}).silence)
    assert voice.did == ["Are you still there?"] * 2
    assert (await conversation.ended()).reason == "silence"


async def test_who_speaks_again_is_asked_afresh(conversation: Conversation, voice: NotedVoice) -> None:
    conversation.answered()
    silence = told(agent={"silence": _silence(0.05, 1)}).silence
    minding = asyncio.create_task(watchers.mind_silence(conversation, voice, silence))
    while not voice.did:
        await asyncio.sleep(0.005)
    hear(conversation, "Yes, wait.")
    await minding
    assert voice.did == ["Are you still there?"] * 2


async def test_a_voice_that_cannot_be_told_is_given_all_the_time(conversation: Conversation) -> None:
    voice = NotedVoice(conversation, can_say=False)
    conversation.answered()
    await watchers.mind_silence(conversation, voice, told(agent={"silence": _silence(0.05, 2)}).silence)
    assert (voice.did, (await conversation.ended()).reason) == ([], "silence")


async def test_silence_is_not_minded_where_it_is_set_to_never(conversation: Conversation, voice: NotedVoice) -> None:
    conversation.answered()
    await watchers.mind_silence(conversation, voice, told(agent={"silence": _silence(0, 2)}).silence)
    assert not conversation.over


async def test_the_longest_duration_ends_it(conversation: Conversation) -> None:
    await watchers.limit_duration(conversation, 0.01)
    assert (await conversation.ended()).reason == "max_duration"


async def test_an_answer_that_does_not_come_is_the_providers_failure(conversation: Conversation) -> None:
    hear(conversation, "Are you open?")
    conversation.caller_turn()
    await watchers.mind_answers(conversation)
    assert (await conversation.ended()).reason == "provider_failed"


async def test_an_answer_that_comes_is_none(conversation: Conversation) -> None:
    conversation.answered()
    conversation.agent_speaking(True)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watchers.mind_answers(conversation), 0.3)
    assert not conversation.over


def _silence(seconds: float, prompts: int) -> dict[str, object]:
    return {"seconds": seconds, "prompt": "Are you still there?", "prompts": prompts}
