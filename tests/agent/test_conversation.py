"""What a conversation measures and how it ends."""

import time_machine

from agents.worker.conversation import AGENT, CALLER, Conversation, Turn


async def test_it_measures_the_first_word_and_each_answer(conversation: Conversation) -> None:
    with time_machine.travel(1000, tick=False) as clock:
        conversation.answered()
        clock.shift(0.5)
        conversation.agent_speaking(True)
        clock.shift(2)
        conversation.agent_speaking(False)
        for wait in (1.0, 3.0, 2.0):
            conversation.caller_speaking(True)
            clock.shift(1)
            conversation.caller_speaking(False)
            clock.shift(wait)
            conversation.agent_speaking(True)
            conversation.agent_speaking(False)
    conversation.said(Turn(AGENT, "Hello", 1, 2, interrupted=True))
    conversation.said(Turn(CALLER, "Hi", 2, 3))
    assert conversation.measures() == {
        "turns": 2,
        "interruptions": 1,
        "firstWordSeconds": 0.5,
        "turnSecondsMedian": 2.0,
        "turnSecondsLongest": 3.0,
    }


async def test_only_the_first_reason_counts(conversation: Conversation) -> None:
    conversation.end("silence", "quiet")
    conversation.end("provider_failed")
    assert (await conversation.ended()).reason == "silence"


async def test_quiet_is_when_nobody_speaks(conversation: Conversation) -> None:
    with time_machine.travel(1000, tick=False) as clock:
        assert conversation.quiet_for == 0
        conversation.answered()
        clock.shift(4)
        assert conversation.quiet_for == 4
        conversation.caller_speaking(True)
        clock.shift(4)
        assert conversation.quiet_for == 0
        conversation.caller_speaking(False)
        clock.shift(1)
        assert conversation.quiet_for == 1


async def test_what_holds_no_words_is_no_turn(conversation: Conversation) -> None:
    conversation.said(Turn(CALLER, "  ", 1, 2))
    assert conversation.turns == []


def test_a_turn_never_ends_before_it_began() -> None:
    told = Turn(AGENT, "Hello", 5.0, 4.0).json()
    assert told["startedAt"] == told["endedAt"] == "1970-01-01T00:00:05+00:00"


def test_a_turn_is_reported_without_characters_that_cannot_be_stored() -> None:
    assert Turn(CALLER, "Hi\0 \ud83d!", 1, 2).json()["text"] == "Hi ?!"
