"""Who answers an outbound call, by LiveKit's detection: a language model judges the words of the greeting."""

import logging
from enum import StrEnum
from typing import Any

from livekit import agents
from livekit.agents import AgentSession
from livekit.agents.llm import LLM

logger = logging.getLogger(__name__)

LONGEST = 20.0  # seconds from the answer to a verdict; a greeting that goes on for longer is left to our own detector
DETECTOR: Any = getattr(agents, "AMD", None)  # livekit-agents has it since 1.5
TIMES = {
    "no_speech_threshold": 2.0,  # a callee who says nothing waits for the agent
    "machine_silence_threshold": 1.0,  # after a sentence; a person's long one waits for an answer
    "max_endpointing_delay": 1.5,
    "timeout": LONGEST,
}


class Answerer(StrEnum):
    """Who answered, in LiveKit's words."""

    PERSON = "human"
    MENU = "machine-ivr"
    VOICEMAIL = "machine-vm"
    NO_MAILBOX = "machine-unavailable"  # an announcement, or a mailbox that takes no message
    UNKNOWN = "uncertain"


MACHINES = (Answerer.VOICEMAIL, Answerer.NO_MAILBOX)


async def who_answered(session: "AgentSession[Any]", model: "LLM[Any]", phone: str) -> Answerer:
    """Return who answered. Whatever fails is `UNKNOWN`, and so is a short answer, which LiveKit shows to no model.

    What the session is to say waits until this returns.
    """
    if DETECTOR is None:
        return Answerer.UNKNOWN
    try:
        async with DETECTOR(
            session,
            llm=model,
            stt=None,  # the session's transcripts
            interrupt_on_machine=False,
            ivr_detection=False,  # the agent has its own tool for digits
            participant_identity=phone,
            suppress_compatibility_warning=True,
            detection_options=TIMES,
            wait_until_finished=False,
        ) as detection:
            verdict = await detection.execute()
    except Exception as error:  # the call goes on
        logger.warning("The answer was not judged by the language model: %s", type(error).__name__)
        return Answerer.UNKNOWN
    return Answerer(verdict.category.value) if verdict.reason == "llm" else Answerer.UNKNOWN
