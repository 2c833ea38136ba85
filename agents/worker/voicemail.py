"""Detect voicemail by its greeting."""

import asyncio
import re

from agents.worker.conversation import CALLER, Conversation
from agents.worker.instructions import Instructions
from agents.worker.providers.base import Voice

LISTEN_SECONDS = 30.0  # after the answer; later speech is a person's
BEEP_OVER = 1.5  # seconds of silence after a greeting, when its beep is over
LONGEST_GREETING = 45.0  # maximum seconds of a greeting
# Phrases of greetings in widely spoken languages; people rarely use them when they answer.
_GREETING = re.compile(
    r"leave (?:me |us )?(?:a|your) (?:short |brief )?message|after the (?:tone|beep|signal)|at the (?:tone|beep)"
    r"|voice ?mail|mailbox|(?:can't|cannot|can not|unable to) (?:take|answer|come to) (?:your|the|this) (?:call|phone)"
    r"|not available (?:right now|at the moment|to take)|record your message|answering machine"
    r"|nach dem (?:ton|signal|piep)|hinterlassen sie|mailbox|anrufbeantworter"
    r"|deje (?:su|un) mensaje|despu[eé]s del tono|buz[oó]n de voz"
    r"|laissez (?:un|votre) message|apr[eè]s le (?:bip|signal)|messagerie|r[eé]pondeur"
    r"|lasci(?:ate|a|are)? (?:un|il) messaggio|dopo il segnale|segreteria"
    r"|deixe (?:a sua|sua|uma) mensagem|ap[oó]s o sinal|caixa postal"
    r"|संदेश छोड़|留言|メッセージをどうぞ",
    re.IGNORECASE,
)


def is_greeting(text: str) -> bool:
    """Return whether a text is a voicemail greeting."""
    return bool(_GREETING.search(text))


async def mind_voicemail(conversation: Conversation, voice: Voice, told: Instructions) -> None:
    """Hang up or leave the message when voicemail answers, as the agent is configured."""
    if not (told.outbound and told.voicemail_action):
        return
    try:
        async with asyncio.timeout(LISTEN_SECONDS):
            while not any(turn.speaker == CALLER and is_greeting(turn.text) for turn in conversation.turns):
                await conversation.changed.wait()
                conversation.changed.clear()
    except TimeoutError:
        return
    if told.voicemail_action == "leave_message":
        await voice.hold()
        await _quiet(conversation)
        await voice.say(told.voicemail_message)
    conversation.end("voicemail", "A voicemail answered.")


async def _quiet(conversation: Conversation) -> None:
    """Wait for the end of the greeting, which needs no answer, however long it is."""
    waited = 0.0
    while conversation.quiet_for < BEEP_OVER and waited < LONGEST_GREETING:
        await asyncio.sleep(0.1)
        conversation.owes_answer_since = None
        waited += 0.1
