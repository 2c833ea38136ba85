"""A phone in a room: it rings, is answered or not, and hangs up. Nothing of it leaves this process."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from livekit.protocol.models import DisconnectReason, ParticipantInfo

from telephony.sandbox.rooms import Room
from telephony.sandbox.script import Script
from telephony.sandbox.state import State

CALL_ID, CALL_STATUS = "sip.callID", "sip.callStatus"
LONGEST_RINGING = 180.0  # seconds, as the SIP service's own limit
LONGEST_CALL = 86_400.0
OK, REQUEST_TIMEOUT, REQUEST_TERMINATED = 200, 408, 487


@dataclass(frozen=True)
class Plan:
    """What a leg does; times in seconds."""

    script: Script
    ringing_limit: float = LONGEST_RINGING
    longest: float = LONGEST_CALL


def _future() -> asyncio.Future[int]:
    return asyncio.get_running_loop().create_future()


@dataclass
class Leg:
    """One call: `outcome` becomes the SIP status it was answered or refused with."""

    state: State
    room: Room
    info: ParticipantInfo
    plan: Plan
    outcome: asyncio.Future[int] = field(default_factory=_future)

    def start(self) -> None:
        """Enter the room, ringing; the rest follows by itself."""
        self.info.kind = ParticipantInfo.SIP
        self.info.attributes[CALL_STATUS] = "ringing"
        self._phone = self.state.rooms.join(self.room, self.info)
        self.state.background.start(self._run())

    async def _run(self) -> None:
        try:
            status = await self._rings()
            if status == OK:
                self.state.rooms.set_attributes(self._phone, {CALL_STATUS: "active"})
                self.outcome.set_result(status)
                await self._stays(min(self.plan.script.talk_seconds or LONGEST_CALL, self.plan.longest))
                self._hang_up()
            else:
                self._hang_up()
                self.outcome.set_result(status)
        finally:
            self.outcome.cancel()

    async def _rings(self) -> int:
        script, limit = self.plan.script, self.plan.ringing_limit
        rings = limit if script.rings_on else min(self.state.ring, limit)
        if not await self._stays(rings):
            return REQUEST_TERMINATED
        return REQUEST_TIMEOUT if rings == limit else script.status

    async def _stays(self, seconds: float) -> bool:
        """Wait; say whether the phone is still there then."""
        try:
            async with asyncio.timeout(seconds):
                await self._phone.gone.wait()
        except TimeoutError:
            return True
        return False

    def _hang_up(self) -> None:
        if not self._phone.gone.is_set():
            self.state.rooms.leave(self.room, self.info.identity, DisconnectReason.CLIENT_INITIATED)


def attributes_of(
    given: Mapping[str, str], *, call_id: str, trunk_id: str, phone: str, trunk_number: str, host: str, hidden: bool
) -> dict[str, str]:
    """Give what LiveKit tells about a phone beside what was asked for; `hidden` leaves its numbers out."""
    attributes = {**given, CALL_ID: call_id, "sip.trunkID": trunk_id}
    if not hidden:
        attributes |= {"sip.phoneNumber": phone, "sip.trunkPhoneNumber": trunk_number, "sip.hostname": host}
    return attributes
