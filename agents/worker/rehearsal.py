"""A test conversation: who tests the agent sees what happens, and may write instead of speaking."""

import asyncio
import json
import logging
from typing import Any

from livekit import rtc

from agents.names import TESTER
from agents.worker.conversation import Conversation, Ending
from agents.worker.providers.base import Voice

logger = logging.getLogger(__name__)

TOPIC, TEXT = "voxa.test", "voxa.text"  # what the page is told, and what the tester writes
LONGEST_TEXT = 2_000  # characters
LONGEST_SHOWN = 4_000  # characters of one value; a message has at most 15 KiB
LAST_WORD = 2.0  # seconds


class Rehearsal:
    """Reports turns and tools to the tester's page, in order, and passes on what the tester writes."""

    def __init__(self, room: rtc.Room, conversation: Conversation) -> None:
        self._room, self._conversation = room, conversation
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._voice: Voice | None = None
        conversation.watch = self._queue.put_nowait

    def begin(self, voice: Voice) -> None:
        """Pass on what the tester writes to this voice."""
        self._voice = voice
        self._room.on("data_received", self._on_data)
        self._queue.put_nowait({"type": "ready"})

    async def run(self) -> None:
        """Report to the page until cancelled."""
        while True:
            await self._tell(await self._queue.get())

    async def ended(self, ending: Ending) -> None:
        """Report what was not sent yet, and the end."""
        while not self._queue.empty():
            await self._tell(self._queue.get_nowait())
        await self._tell({"type": "end", "reason": ending.reason, "detail": ending.detail})

    async def _tell(self, event: dict[str, Any]) -> None:
        told = {name: value[:LONGEST_SHOWN] if isinstance(value, str) else value for name, value in event.items()}
        try:
            async with asyncio.timeout(LAST_WORD):
                await self._room.local_participant.publish_data(
                    json.dumps(told), reliable=True, destination_identities=[TESTER], topic=TOPIC
                )
        except Exception as error:  # the conversation goes on without its page
            logger.info("The page of the test was not told: %s", type(error).__name__)

    def _on_data(self, packet: rtc.DataPacket) -> None:
        if packet.topic != TEXT or packet.participant is None or packet.participant.identity != TESTER:
            return
        text = packet.data.decode("utf-8", "replace").replace("\0", "").strip()[:LONGEST_TEXT]
        if not text or self._voice is None or self._conversation.over:
            return
        self._conversation.caller_wrote()
        if not self._voice.read(text):
            self._conversation.owes_answer_since = None
            self._queue.put_nowait({"type": "unread"})
