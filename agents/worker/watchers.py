"""What ends a conversation that nobody ends: its longest duration, silence, a provider that does not answer."""

import asyncio
import time

from agents.worker.conversation import Conversation
from agents.worker.instructions import Silence
from agents.worker.providers.base import Voice

LOOK_EVERY = 0.2  # seconds
PATIENCE = 10.0  # seconds that a caller waits for an answer before the provider counts as failed


async def limit_duration(conversation: Conversation, seconds: float) -> None:
    """End it when it has lasted so many seconds."""
    await asyncio.sleep(seconds)
    conversation.end("max_duration", f"The longest duration of {seconds:g} s was reached.")


async def mind_silence(conversation: Conversation, voice: Voice, silence: Silence) -> None:
    """Ask a silent caller whether they are there; after the last time, end it.

    A voice that cannot be told what to say minds silence itself; it is given as long as the questions would take.
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
    """End it where the agent owes an answer for too long: the caller would hear nothing."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        since = conversation.owes_answer_since
        if since is not None and not conversation.is_acting and time.time() - since > PATIENCE:
            conversation.end("provider_failed", f"The provider gave no answer within {PATIENCE:g} s.")
            return
