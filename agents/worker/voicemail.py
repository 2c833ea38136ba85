"""Detect voicemail by its greeting: by a language model, by words, the length of the answer, and the beep."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from agents.worker import greeting_words
from agents.worker.answerer import LONGEST, MACHINES, Answerer
from agents.worker.conversation import CALLER, Conversation
from agents.worker.greeting_sound import GreetingSound
from agents.worker.greeting_words import CERTAIN, MACHINE
from agents.worker.instructions import Instructions
from agents.worker.providers.base import Voice

LISTEN_SECONDS = 30.0  # after the answer; later speech is a person's
LOOK_EVERY = 0.1  # seconds
PATIENCE = 2.5  # seconds without a word after which nobody waits for the model's verdict
BEEP_OVER = 1.5  # seconds of silence after a greeting, when its beep is over
AFTER_BEEP = 0.4  # seconds of silence after a beep that was heard
LONGEST_GREETING = 45.0  # maximum seconds of a greeting


class VoicemailDetection:
    """Detects voicemail in one conversation, and hangs up or leaves the message, as the agent is configured.

    `heard` is the phone's audio at `greeting_sound.RATE`; without it the words alone decide.
    """

    def __init__(
        self, conversation: Conversation, voice: Voice, told: Instructions, heard: AsyncIterator[bytes] | None = None
    ) -> None:
        self._conversation, self._voice, self._told, self._heard = conversation, voice, told, heard
        self._sound, self._answerer = GreetingSound(), Answerer.UNKNOWN
        self._judging: asyncio.Task[Answerer] | None = None
        self._is_machine = False
        self._decided = asyncio.Event()

    async def may_greet(self) -> bool:
        """Wait until whoever answered may be greeted; return False for a machine.

        It is at once for a voice without a language model of its own.
        """
        await self._decided.wait()
        return not self._is_machine

    async def run(self) -> None:
        """Detect until `LISTEN_SECONDS` after the answer."""
        if not (self._told.outbound and self._told.voicemail_action):
            self._decided.set()
            return
        listening = asyncio.create_task(self._listen())
        judging = self._judging = asyncio.create_task(self._voice.who_answered())
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(LISTEN_SECONDS):
                    await self._wait_for_verdict(judging)
                    self._decided.set()
                    while not self._finds_machine():
                        await asyncio.sleep(LOOK_EVERY)
            if self._is_machine:
                await self._answer_machine(judging)
        finally:
            self._decided.set()
            await _cancel(listening, judging)

    async def _listen(self) -> None:
        if self._heard is not None:
            async for pcm in self._heard:
                self._sound.push(pcm)

    async def _wait_for_verdict(self, judging: asyncio.Task[Answerer]) -> None:
        """Wait for the model, unless other signs are sure before it, or a person would wait in silence."""
        began = asyncio.get_running_loop().time()
        with self._conversation.acting():  # nobody waits for an answer meanwhile
            while not (judging.done() or self._finds_machine() or self._conversation.silent_for > PATIENCE):
                if asyncio.get_running_loop().time() - began > LONGEST:
                    break
                await asyncio.wait({judging}, timeout=LOOK_EVERY)
        if not self._finds_machine():
            await _cancel(judging)

    def _finds_machine(self) -> bool:
        """Return whether a machine answered, by all that is known so far."""
        judging = self._judging is not None and not self._judging.done()
        if self._judging is not None and self._judging.done() and not self._judging.cancelled():
            self._answerer = self._judging.result()
        words, sound = _words(self._conversation), self._sound.score()
        sure = words >= CERTAIN or (self._sound.beeped and self._answerer is not Answerer.MENU)  # menus beep too
        trusted = judging or self._answerer is not Answerer.UNKNOWN  # a model judges better than hints and lengths
        found = words + sound >= MACHINE and (sure or not trusted)
        self._is_machine = self._is_machine or found or self._answerer in MACHINES
        return self._is_machine

    async def _answer_machine(self, judging: asyncio.Task[Answerer]) -> None:
        if self._told.voicemail_action == "leave_message":
            await self._voice.hold()
            await self._quiet()
            self._finds_machine()  # the model may know by now that no message is taken
            await _cancel(judging)
            if self._answerer is not Answerer.NO_MAILBOX:
                await self._voice.say(self._told.voicemail_message)
        takes_none = self._answerer is Answerer.NO_MAILBOX
        words = "A machine answered that takes no message." if takes_none else "A voicemail answered."
        self._conversation.end("voicemail", words)

    async def _quiet(self) -> None:
        """Wait for the end of the greeting, which needs no answer, however long it is."""
        waited = 0.0
        while self._conversation.quiet_for < (AFTER_BEEP if self._sound.beeped else BEEP_OVER):
            if waited >= LONGEST_GREETING:
                return
            await asyncio.sleep(LOOK_EVERY)
            self._conversation.owes_answer_since = None
            waited += LOOK_EVERY


async def _cancel(*tasks: asyncio.Task[None] | asyncio.Task[Answerer]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _words(conversation: Conversation) -> int:
    """Return the score of what was said; after the first turn, hints are part of any conversation."""
    first, *later = [turn.text for turn in conversation.turns if turn.speaker == CALLER] or [""]
    return greeting_words.score(first) + max((greeting_words.score(text, hints=False) for text in later), default=0)
