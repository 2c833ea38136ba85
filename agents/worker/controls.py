"""What people ask of the agent during a call: speak or note a text, stop hearing the caller, hold."""

import asyncio
import json
import logging
from contextlib import ExitStack

from livekit import rtc

from agents.names import CONTROL
from agents.worker.api import Api, ApiFailed
from agents.worker.conversation import Conversation
from agents.worker.providers.base import Voice, Work

logger = logging.getLogger(__name__)

REPORTED_WITHIN = 10.0  # seconds


class Controls:
    """Carries requests of the API out, one after the other, and confirms them.

    Nobody waits for the caller or the agent while the agent does not hear: no prompt, and no end for silence.
    """

    def __init__(self, room: rtc.Room, voice: Voice, conversation: Conversation, api: Api, work: Work) -> None:
        self._room, self._voice, self._conversation, self._api, self._work = room, voice, conversation, api, work
        self._one_at_a_time, self._waits = asyncio.Lock(), ExitStack()
        self._muted = self._held = False
        room.on("data_received", self._on_data)

    def stop(self) -> None:
        """Take no more requests."""
        self._room.off("data_received", self._on_data)
        self._waits.close()

    def _on_data(self, packet: rtc.DataPacket) -> None:
        if packet.topic != CONTROL or packet.participant is not None:  # only the API sends without a participant
            return
        try:
            asked = json.loads(packet.data)
            work = self._carry_out(str(asked["id"]), str(asked["action"]), str(asked.get("text") or ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            logger.warning("A request to the agent could not be parsed.")
            return
        self._work.begin(work)

    async def _carry_out(self, request_id: str, action: str, text: str) -> None:
        async with self._one_at_a_time:
            try:
                done = await self._do(action, text)
            except Exception as error:  # the conversation goes on
                logger.warning("The agent could not %s: %s", action, type(error).__name__)
                done = False
        try:
            await self._api.tell("control", {"id": request_id, "action": action, "done": done}, REPORTED_WITHIN)
        except ApiFailed as error:
            logger.warning("A request to the agent could not be confirmed to the API: %s", error)

    async def _do(self, action: str, text: str) -> bool:
        if action == "say":
            return await self._say(text)
        if action == "whisper":
            return await self._voice.whisper(text)
        self._muted = {"mute": True, "unmute": False}.get(action, self._muted)
        held = {"hold": True, "resume": False}.get(action, self._held)
        if held != self._held:
            self._held = held
            self._voice.quiet(on=held)
        deaf = self._muted or self._held
        self._voice.hear(on=not deaf)
        self._waits.close()
        if deaf:
            self._waits.enter_context(self._conversation.acting())
        return True

    async def _say(self, text: str) -> bool:
        """Speak instead of what the agent is saying, on hold too."""
        self._voice.quiet(on=True)
        self._voice.quiet(on=False)
        try:
            return await self._voice.say(text)
        finally:
            if self._held:
                self._voice.quiet(on=True)
