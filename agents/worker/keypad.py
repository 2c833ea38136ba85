"""Send DTMF to the phone, requested by the API or by the agent."""

import asyncio
import json
import logging
import re
import uuid

from livekit import rtc

from agents.worker.api import Api, ApiFailed

logger = logging.getLogger(__name__)

TOPIC = "voxa.digits"  # topic of the API's request, sent by calls.services.digits
DIGITS = re.compile(r"[0-9*#A-DW]{1,64}")
KEYS = "0123456789*#ABCD"  # in the order of their codes, RFC 4733 section 3.2
KEY = 0.54  # seconds from the start of one digit to the next, as LiveKit's SIP service sends them
PAUSE = 0.5  # seconds of a W
REPORTED_WITHIN = 10.0


class Keypad:
    """Sends DTMF in one room, at the pace of the SIP service, and confirms it to the API.

    The SIP service queues faster digits, so that pauses between them would be lost.
    """

    def __init__(self, room: rtc.Room, api: Api) -> None:
        self._room, self._api = room, api
        self._one_at_a_time = asyncio.Lock()
        self._tasks = set[asyncio.Task[None]]()
        room.on("data_received", self._on_data)

    async def press(self, digits: str, request_id: str = "") -> None:
        """Send these digits. Raise `ValueError` for invalid ones. A `W` waits half a second."""
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
            logger.warning("Sent DTMF digits could not be confirmed to the API: %s", error)

    def _on_data(self, packet: rtc.DataPacket) -> None:
        if packet.topic != TOPIC or packet.participant is not None:  # only the API sends without a participant
            return
        try:
            asked = json.loads(packet.data)
            work = self.press(str(asked["digits"]), str(asked["id"]))
        except (ValueError, KeyError, TypeError):
            logger.warning("A request for DTMF could not be parsed.")
            return
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._pressed)

    def _pressed(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("DTMF digits could not be sent: %s", error)
