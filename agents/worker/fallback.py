"""What a caller hears when no agent can talk: a transfer, a greeting and a tone for a message, or a message."""

import asyncio
import logging
import time
from contextlib import suppress

import numpy as np
from livekit import rtc

from agents.worker.abilities import Abilities
from agents.worker.api import Api, ApiFailed
from agents.worker.conversation import AGENT, FAILED, OVER, Conversation, Turn
from agents.worker.instructions import Instructions
from agents.worker.local_voice import LocalVoice
from agents.worker.phone import phone_audio, wait_for_answer
from agents.worker.providers import voice_for
from agents.worker.providers.bridge import SPEECH

logger = logging.getLogger(__name__)

ANSWERED_WITHIN = 90.0
SPOKEN_WITHIN = 60.0  # seconds for the AI provider to speak the words
RECORDED_WITHIN = 4.0  # seconds for a recording to begin before the tone
LONGEST_MESSAGE, SILENCE = 180.0, 8.0  # seconds of a caller's message, and of the silence that ends it
RATE = 8_000


class Instead:
    """The fallback of one call, in place of a conversation."""

    def __init__(
        self, told: Instructions, room: rtc.Room, conversation: Conversation, abilities: Abilities, api: Api
    ) -> None:
        self._told, self._room, self._conversation, self._abilities = told, room, conversation, abilities
        self._api, self._local, self._loud_at = api, LocalVoice(room, told.language), 0.0

    async def run(self, phone: rtc.RemoteParticipant) -> None:
        """Answer the call, do what the fallback says, and end the conversation."""
        fallback = self._told.fallback
        try:
            await self._local.start()
            if not await wait_for_answer(self._room, phone, ANSWERED_WITHIN):
                self._conversation.end()
                return
            self._conversation.answered()
            if fallback.action == "transfer":
                if not await self._abilities.transfer_first():
                    self._conversation.end(FAILED, "The transfer failed.")
                return
            await self._speak(fallback.message, phone)
            if fallback.action == "voicemail":
                await self._take_message(phone)
            self._conversation.end(OVER, "The fallback ended the call.")
        finally:
            await self._local.stop()

    async def _speak(self, text: str, phone: rtc.RemoteParticipant) -> None:
        """Speak with the agent's voice, or locally where that is not possible."""
        began = time.time()
        if self._told.fallback.local or not await self._by_provider(text, phone):
            await self._local.say(text)
        self._conversation.said(Turn(AGENT, text, began, time.time()))

    async def _by_provider(self, text: str, phone: rtc.RemoteParticipant) -> bool:
        voice = None
        try:
            async with asyncio.timeout(SPOKEN_WITHIN):
                voice = voice_for(self._told, self._room, Conversation(), self._abilities)
                await voice.start(phone.identity)
                await voice.hold()
                return await voice.say(text)
        except Exception as error:
            logger.warning("The provider cannot speak (%s); words are spoken locally.", type(error).__name__)
            return False
        finally:
            if voice is not None:
                with suppress(Exception):
                    await asyncio.wait_for(voice.stop(), 5.0)

    async def _take_message(self, phone: rtc.RemoteParticipant) -> None:
        """Record what the caller says after the tone."""
        try:
            await self._api.tell("record", {"announced": True}, RECORDED_WITHIN)
        except ApiFailed as error:
            logger.warning("The message is not recorded: %s", error)
            return
        until = time.monotonic() + RECORDED_WITHIN
        while not self._room.is_recording and time.monotonic() < until:
            await asyncio.sleep(0.1)
        await self._local.beep()
        self._loud_at, ends = time.monotonic(), time.monotonic() + LONGEST_MESSAGE
        hearing = asyncio.create_task(self._hear(phone))
        try:
            while time.monotonic() < min(ends, self._loud_at + SILENCE):
                await asyncio.sleep(0.2)
        finally:
            hearing.cancel()

    async def _hear(self, phone: rtc.RemoteParticipant) -> None:
        """Note when the caller speaks."""
        async for pcm in phone_audio(self._room, phone.identity, RATE):
            if np.sqrt(np.mean(np.frombuffer(pcm, np.int16).astype(np.float64) ** 2)) > SPEECH:
                self._loud_at = time.monotonic()
