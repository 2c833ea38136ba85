"""Watchers that end a conversation: maximum duration, silence, a provider that does not answer."""

import asyncio
import time

from agents.worker.conversation import Conversation
from agents.worker.instructions import Silence
from agents.worker.providers.base import Voice

LOOK_EVERY = 0.2  # seconds
PATIENCE = 10.0  # seconds without an answer after which the provider counts as failed


async def limit_duration(conversation: Conversation, seconds: float) -> None:
    """End the conversation after `seconds`."""
    await asyncio.sleep(seconds)
    conversation.end("max_duration", f"The maximum duration of {seconds:g} s was reached.")


async def mind_silence(conversation: Conversation, voice: Voice, silence: Silence) -> None:
    """Prompt a silent caller; after the last prompt, end the conversation.

    A voice without `say` handles silence itself; it gets as much time as the prompts would take.
    """
    if not silence.seconds:
        return
    asked = turns = 0
    while True:
        await asyncio.sleep(LOOK_EVERY)
        heard = sum(turn.speaker == "caller" for turn in conversation.turns)
        if heard > turns or conversation.caller_speaks:
            asked, turns = 0, heard
        if conversation.quiet_for < silence.seconds:
            continue
        if asked >= silence.prompts:
            conversation.end("silence", "The caller said nothing.")
            return
        asked += 1
        if not await voice.say(silence.prompt):
            conversation.quiet_since = time.time()


async def mind_answers(conversation: Conversation) -> None:
    """End the conversation if the agent does not answer for too long: the caller would hear nothing."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        since = conversation.owes_answer_since
        if since is not None and not conversation.is_acting and time.time() - since > PATIENCE:
            conversation.end("provider_failed", f"The provider gave no answer within {PATIENCE:g} s.")
            return
