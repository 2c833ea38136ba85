"""A stand-in's part in a call of Voxa: its instructions, and what it does by them, as the agent worker does.

It uses the worker's own client, instructions and reports. It has no sound: words are turns of the transcript, which
take as long as speaking them would, and the caller says nothing.
"""

import asyncio
import time
from http import HTTPStatus
from urllib.parse import urlsplit

from livekit.protocol.models import DisconnectReason, ParticipantInfo

from agents.worker.api import Api, ApiFailed
from agents.worker.config import Config
from agents.worker.conversation import AGENT, FAILED, OVER, Conversation, Ending, Turn
from agents.worker.instructions import Instructions
from agents.worker.reporting import Reporter
from telephony.sandbox.legs import CALL_STATUS
from telephony.sandbox.rooms import Occupant, Room
from telephony.sandbox.state import State

FAILING = "failing"  # first label of the host of an AI provider that fails
LOOKS_EVERY = 0.1
LETTERS_A_SECOND = 15
INSTRUCTED_WITHIN = 8.0  # seconds
RECORDED_WITHIN = 4.0
TRANSFERRED_WITHIN = 130.0
MESSAGE = 8.0  # seconds of silence that end a caller's message
CLOSED_WITHIN = 5.0


class Session:
    """One stand-in's session in one room."""

    def __init__(self, state: State, config: Config, room: Room, agent: Occupant) -> None:
        self._state, self._config, self._room, self._agent = state, config, room, agent
        self._api = Api(config, room.info.name)

    async def run(self) -> None:
        """Follow Voxa's instructions until the call ends. Without any, end it, as the worker does."""
        phone = await self._phone()
        if phone is None:
            return
        async with self._api:
            try:
                following: Instructions | None = Instructions.read(await self._api.session(INSTRUCTED_WITHIN))
            except ApiFailed as error:
                self._report(str(error))
                if error.status != HTTPStatus.CONFLICT:  # then the API has ended the call, or will
                    self._close_room()
                return
            while following is not None:
                following = await self._go_through(following, phone)

    async def _phone(self) -> Occupant | None:
        """Return the phone of the room, None if the stand-in left before one came."""
        while not self._left():
            phones = [one for one in self._room.occupants.values() if one.info.kind == ParticipantInfo.SIP]
            if phones:
                return phones[0]
            await asyncio.sleep(LOOKS_EVERY)
        return None

    async def _go_through(self, told: Instructions, phone: Occupant) -> Instructions | None:
        """Hold one conversation, or what is instead of one; return the instructions of the next, if any."""
        self._report(told.fallback.action or f"the conversation of {told.agent_name}")
        conversation = Conversation()
        reporter = Reporter(self._api, conversation)
        reporting = asyncio.create_task(reporter.run())
        talking = asyncio.create_task(self._talk(told, conversation, phone))
        leaving = asyncio.create_task(self._until_left(phone))
        try:
            await asyncio.wait((talking, leaving), timeout=told.longest, return_when=asyncio.FIRST_COMPLETED)
            ending = talking.result() if talking.done() else Ending() if leaving.done() else Ending("max_duration")
        finally:
            for task in (reporting, talking, leaving):
                task.cancel()
        if self._agent.ghost:
            return None  # it died with the server
        return await self._end(told, ending, reporter)

    async def _talk(self, told: Instructions, conversation: Conversation, phone: Occupant) -> Ending:
        """Do what the instructions say; return the ending, unless others end the call."""
        if not told.fallback.action and (host := _failing(told)):
            return Ending("provider_failed", f"The sandbox lets the AI provider at {host} fail.")
        if not self._agent.info.tracks:
            self._state.rooms.publish(self._room, self._agent)  # then a call in is answered
        while phone.info.attributes[CALL_STATUS] not in ("active", "hangup"):
            await asyncio.sleep(LOOKS_EVERY)
        conversation.answered()
        if told.fallback.action == "transfer" or told.transfer_first:
            if await self._transfer():
                await asyncio.Event().wait()  # until the caller or the stand-in left
            if told.fallback.action:
                return Ending(FAILED, "The transfer failed.")
        if told.fallback.action:
            return await self._speak_instead(told, conversation)
        if told.recording_announcement:
            await _say(conversation, told.recording_announcement)
            await self._record()
        await _say(conversation, told.greeting)
        await asyncio.Event().wait()
        return Ending()

    async def _speak_instead(self, told: Instructions, conversation: Conversation) -> Ending:
        await _say(conversation, told.fallback.message)
        if told.fallback.action == "voicemail" and await self._record():
            await asyncio.sleep(MESSAGE)
        return Ending(OVER, "The fallback ended the call.")

    async def _transfer(self) -> bool:
        try:
            return bool((await self._api.act("first-transfer", {}, TRANSFERRED_WITHIN))["ok"])
        except ApiFailed:
            return False

    async def _record(self) -> bool:
        try:
            await self._api.tell("record", {"announced": True}, RECORDED_WITHIN)
        except ApiFailed:
            return False
        return True

    async def _end(self, told: Instructions, ending: Ending, reporter: Reporter) -> Instructions | None:
        """Report the ending, or return the instructions of the call's next fallback where there is one."""
        failed = ending.reason == FAILED
        if not told.outbound and not self._left() and (failed or ending.reason == "provider_failed"):
            try:
                answer = await self._api.next_fallback("" if failed else ending.reason, ending.detail)
            except ApiFailed:
                pass  # none is left
            else:
                await reporter.flush()
                return Instructions.read(answer)
        taken = await reporter.finish(Ending(OVER, ending.detail) if failed else ending)
        if ending.reason:
            await self._wait_for_the_end(CLOSED_WITHIN if taken else 0.0)
        return None

    async def _wait_for_the_end(self, seconds: float) -> None:
        """Wait for the API to close the room; close it here if that takes too long."""
        until = time.monotonic() + seconds
        while not self._left():
            if time.monotonic() > until:
                self._close_room()
                return
            await asyncio.sleep(LOOKS_EVERY)

    def _report(self, line: str) -> None:
        self._state.background.report(f"agent in {self._room.info.name}: {line}")

    def _close_room(self) -> None:
        self._state.rooms.close(self._room, DisconnectReason.ROOM_DELETED)

    async def _until_left(self, phone: Occupant) -> None:
        while not (self._left() or phone.gone.is_set()):
            await asyncio.sleep(LOOKS_EVERY)

    def _left(self) -> bool:
        return self._agent.gone.is_set() or self._agent.ghost


async def _say(conversation: Conversation, text: str) -> None:
    """Take as long as speaking this would, and note it as a turn."""
    began = time.time()
    await asyncio.sleep(len(text) / LETTERS_A_SECOND)
    conversation.said(Turn(AGENT, text, began, time.time()))


def _failing(told: Instructions) -> str:
    """Return the host of the agent's AI provider if it is one that fails, else nothing."""
    hosts = [urlsplit(url).hostname or "" for url in (told.provider.base_url, told.provider.endpoint)]
    return next((host for host in hosts if host.split(".")[0] == FAILING), "")
