"""Dial the third party of a warm transfer, and check whether a phone rings: LiveKit's response does not say."""

import asyncio
import time
from contextlib import suppress
from datetime import datetime

from calls.dialer.outcomes import Outcome, outcome_of
from calls.livekit.room_state import CALL_STATUS
from telephony.livekit import DialRangOut, LiveKitClient, LiveKitError, SipRefused, rooms
from telephony.livekit.loop import complete

LOOK_EVERY = 1.0  # seconds between checks of the room
SEEN_LATELY = 5.0  # seconds for which a check that found no ringing stays valid


class ThirdPartyDial:
    """One dial through one gateway."""

    def __init__(self, client: LiveKitClient, asked: rooms.Dial) -> None:
        self._client, self._asked = client, asked
        self._rang, self._silent = False, -SEEN_LATELY  # the latter in seconds of the monotonic clock

    def run(self, not_after: datetime) -> None:
        """Dial and wait for the answer. Raise as `rooms.dial` does."""
        complete(self._dial(not_after))

    async def _dial(self, not_after: datetime) -> None:
        dial = asyncio.create_task(self._client.ask(rooms.dial(self._asked, not_after=not_after)))
        try:
            while not (await asyncio.wait({dial}, timeout=LOOK_EVERY))[0]:
                await self._look()
            dial.result()
        finally:
            dial.cancel()

    def outcome(self, error: LiveKitError) -> Outcome:
        """Return the meaning of the error. A third party whose phone may have rung to the end is not called again."""
        to_its_end = isinstance(error, DialRangOut) or (isinstance(error, SipRefused) and error.sip_code == 408)
        rang = self._rang or (to_its_end and time.monotonic() - self._silent > SEEN_LATELY)
        return outcome_of(error, rang=rang)

    async def _look(self) -> None:
        with suppress(LiveKitError):
            for who in await self._client.ask(rooms.participants(self._asked.room)):
                if who.identity == self._asked.identity:
                    status = who.attributes.get(CALL_STATUS)
                    self._rang = self._rang or status == "ringing"
                    self._silent = time.monotonic() if status == "dialing" else self._silent


def why_failed(error: LiveKitError) -> str:
    """Return the reason for the failure as a sentence."""
    if isinstance(error, SipRefused):
        return f"{outcome_of(error, rang=True).reason.label} ({error})."
    words = str(error)
    return words if words.endswith(".") else f"{words}."
