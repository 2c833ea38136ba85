"""Detect voicemail by its greeting: by words, the length of the answer, and the beep."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from agents.worker import greeting_words
from agents.worker.conversation import CALLER, Conversation
from agents.worker.greeting_sound import GreetingSound
from agents.worker.greeting_words import MACHINE
from agents.worker.instructions import Instructions
from agents.worker.providers.base import Voice

LISTEN_SECONDS = 30.0  # after the answer; later speech is a person's
LOOK_EVERY = 0.1  # seconds
BEEP_OVER = 1.5  # seconds of silence after a greeting, when its beep is over
AFTER_BEEP = 0.4  # seconds of silence after a beep that was heard
LONGEST_GREETING = 45.0  # maximum seconds of a greeting


async def mind_voicemail(
    conversation: Conversation, voice: Voice, told: Instructions, heard: AsyncIterator[bytes] | None = None
) -> None:
    """Hang up or leave the message when voicemail answers, as the agent is configured.

    `heard` is the phone's audio at `greeting_sound.RATE`; without it the words alone decide.
    """
    if not (told.outbound and told.voicemail_action):
        return
    sound = GreetingSound()
    listening = asyncio.create_task(_listen(heard, sound))
    try:
        if await _is_machine(conversation, sound):
            if told.voicemail_action == "leave_message":
                await voice.hold()
                await _quiet(conversation, sound)
                await voice.say(told.voicemail_message)
            conversation.end("voicemail", "A voicemail answered.")
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def _listen(heard: AsyncIterator[bytes] | None, sound: GreetingSound) -> None:
    if heard is not None:
        async for pcm in heard:
            sound.push(pcm)


async def _is_machine(conversation: Conversation, sound: GreetingSound) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(LISTEN_SECONDS):
            while _words(conversation) + sound.score() < MACHINE:
                await asyncio.sleep(LOOK_EVERY)
            return True
    return False


def _words(conversation: Conversation) -> int:
    """Return the score of what was said; after the first turn, hints are part of any conversation."""
    first, *later = [turn.text for turn in conversation.turns if turn.speaker == CALLER] or [""]
    return greeting_words.score(first) + max((greeting_words.score(text, hints=False) for text in later), default=0)


async def _quiet(conversation: Conversation, sound: GreetingSound) -> None:
    """Wait for the end of the greeting, which needs no answer, however long it is."""
    waited = 0.0
    while conversation.quiet_for < (AFTER_BEEP if sound.beeped else BEEP_OVER) and waited < LONGEST_GREETING:
        await asyncio.sleep(LOOK_EVERY)
        conversation.owes_answer_since = None
        waited += LOOK_EVERY
