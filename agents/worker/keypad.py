"""Pressing keys: DTMF to the phone, asked for by the API or by the agent itself."""

import asyncio
import json
import logging
import re
import uuid

from livekit import rtc

from agents.worker.api import Api, ApiFailed

logger = logging.getLogger(__name__)

TOPIC = "voxa.digits"  # of the message by which the API asks; calls.services.digits sends it
DIGITS = re.compile(r"[0-9*#A-DW]{1,64}")
KEYS = "0123456789*#ABCD"  # in the order of their codes, RFC 4733 section 3.2
KEY = 0.54  # seconds from one key's start to the next one's, as LiveKit's SIP service puts them on the wire
PAUSE = 0.5  # seconds of a W
REPORTED_WITHIN = 10.0


class Keypad:
    """Presses keys in one room, at the pace of the wire, and tells the API when they are pressed.

    The SIP service queues keys that come faster, so that pauses between them would be lost.
    """

    def __init__(self, room: rtc.Room, api: Api) -> None:
        self._room, self._api = room, api
        self._one_at_a_time = asyncio.Lock()
        self._tasks = set[asyncio.Task[None]]()
        room.on("data_received", self._on_data)

    async def press(self, digits: str, request_id: str = "") -> None:
        """Press these keys; raises ValueError for others. A `W` waits half a second."""
        keys = digits.upper()
        if not DIGITS.fullmatch(keys):
            raise ValueError("Digits are 0-9, *, #, A-D, and W for a pause; at most 64.")
        async with self._one_at_a_time:
            for key in keys:
                if key == "W":
                    await asyncio.sleep(PAUSE)
                    continue
                await self._room.local_participant.publish_dtmf(code=KEYS.index(key), digit=key)
                await asyncio.sleep(KEY)
        try:
            told = {"id": request_id or str(uuid.uuid4()), "count": sum(key != "W" for key in keys)}
            await self._api.tell("digits", told, REPORTED_WITHIN)
        except ApiFailed as error:
            logger.warning("The API was not told of pressed keys: %s", error)

    def _on_data(self, packet: rtc.DataPacket) -> None:
        if packet.topic != TOPIC or packet.participant is not None:  # only the API speaks for nobody in the room
            return
        try:
            asked = json.loads(packet.data)
            work = self.press(str(asked["digits"]), str(asked["id"]))
        except (ValueError, KeyError, TypeError):
            logger.warning("A request for keys could not be read.")
            return
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._pressed)

    def _pressed(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("Keys could not be pressed: %s", error)
