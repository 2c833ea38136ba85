"""A simulated phone in a room: it rings, is answered or not, and hangs up."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from livekit.protocol.models import DisconnectReason, ParticipantInfo

from telephony.sandbox import endings
from telephony.sandbox.endings import LEFT, Ending
from telephony.sandbox.keys import seconds_to_press
from telephony.sandbox.rooms import Room
from telephony.sandbox.script import Script, Until
from telephony.sandbox.state import State

CALL_ID, CALL_ID_FULL, CALL_TAG = "sip.callID", "sip.callIDFull", "sip.callTag"
CALL_STATUS = "sip.callStatus"
LONGEST_RINGING = 180.0  # seconds, as the SIP service's own limit
LONGEST_CALL = 86_400.0
TRYING = 0.05  # seconds until a gateway's first response
LOOKS_EVERY = 0.1  # seconds between two checks for an agent that takes the call
LOST_AFTER = 20.0  # seconds until LiveKit removes a phone whose SIP service died


@dataclass(frozen=True)
class Plan:
    """The course of a leg, in seconds. `longest` is the limit from the INVITE, including ringing."""

    script: Script
    ringing_limit: float = LONGEST_RINGING
    longest: float = LONGEST_CALL
    dtmf: str = ""


def _future() -> asyncio.Future[Ending | None]:
    return asyncio.get_running_loop().create_future()


@dataclass(eq=False)
class Leg:
    """One call: `outcome` becomes None when it is answered, else the ending.

    With `answered_when` it is a call in, which rings until that is true.
    """

    state: State
    room: Room
    info: ParticipantInfo
    plan: Plan
    answered_when: Callable[[], bool] | None = None
    outcome: asyncio.Future[Ending | None] = field(default_factory=_future)
    _cut: Ending | None = None
    _silent: bool = False

    def start(self) -> None:
        """Join the room and run the call in the background."""
        self.info.kind = ParticipantInfo.SIP
        self.info.attributes[CALL_STATUS] = "ringing" if self.answered_when else "dialing"
        self._began = asyncio.get_running_loop().time()
        self._phone = self.state.rooms.join(self.room, self.info)
        self.state.sip.calls.add(self)
        self._task = self.state.background.start(self._run())

    def shut_down(self) -> None:
        """End the call the way a stopping SIP service does."""
        self._cut = endings.SHUTTING_DOWN
        self._hang_up(LEFT)

    def fall_silent(self) -> None:
        """Stop responding; LiveKit notices after a while."""
        self._silent = True
        self._task.cancel()
        self.state.background.start(self._fade())

    async def _run(self) -> None:
        try:
            ending = await (self._is_taken() if self.answered_when else self._dials())
            if ending is None:
                await self._talks()
            else:
                self._hang_up(ending.left)
                self.outcome.set_result(ending)
        finally:
            self.state.sip.calls.discard(self)
            if not self._silent:
                self.outcome.cancel()

    async def _dials(self) -> Ending | None:
        script, limit = self.plan.script, min(self.plan.ringing_limit, self.plan.longest)
        heard = min(TRYING, self.state.ring / 2)
        lasts = {
            Until.AT_ONCE: heard,
            Until.RUNG: self.state.ring,
            Until.SILENCE: script.after or self.state.silence,
            Until.LIMIT: limit,
        }[script.until]
        if cut := await self._stays(min(heard, limit)):
            return cut
        if script.rings:
            self._tell({CALL_STATUS: "ringing"})
        if cut := await self._stays(min(lasts, limit) - heard):
            return cut
        return endings.RANG_OUT if lasts >= limit else script.ending

    async def _is_taken(self) -> Ending | None:
        """Ring until an agent takes the call or the caller hangs up."""
        gives_up = min(self.plan.ringing_limit, self.plan.longest, self.plan.script.talk_seconds or LONGEST_CALL)
        while self.answered_when and not self.answered_when():
            if self._age() >= gives_up:
                return Ending("", "", LEFT)
            if cut := await self._stays(LOOKS_EVERY):
                return cut
        return None

    async def _talks(self) -> None:
        """Send the DTMF digits, then stay until the callee hangs up or the limit is reached."""
        if not self.answered_when:
            self._tell({CALL_ID_FULL: call_id_of(self.info.attributes[CALL_ID]), CALL_TAG: "sandbox"})
        if self.plan.dtmf:
            self._tell({CALL_STATUS: "automation"})
            await self._stays(seconds_to_press(self.plan.dtmf))
        self._tell({CALL_STATUS: "active"})
        if not self.outcome.done():
            self.outcome.set_result(None)
        left = self.plan.longest - self._age()
        await self._stays(min(self.plan.script.talk_seconds or LONGEST_CALL, left))
        if self._cut is None:
            self._tell({CALL_STATUS: "hangup"})
        self._hang_up(LEFT)

    async def _stays(self, seconds: float) -> Ending | None:
        """Wait, and return the ending if the call ended meanwhile."""
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self._phone.gone.wait()
        except TimeoutError:
            return None
        return self._cut or endings.RANG_OUT

    async def _fade(self) -> None:
        await asyncio.sleep(LOST_AFTER)
        self._hang_up(DisconnectReason.CONNECTION_TIMEOUT)

    def _age(self) -> float:
        return asyncio.get_running_loop().time() - self._began

    def _tell(self, attributes: Mapping[str, str]) -> None:
        if not self._phone.gone.is_set():
            self.state.rooms.set_attributes(self._phone, attributes)

    def _hang_up(self, reason: DisconnectReason) -> None:
        if not self._phone.gone.is_set():
            self.state.rooms.leave(self.room, self.info.identity, reason)


def call_id_of(livekit_id: str) -> str:
    """Return the SIP Call-ID of a call: a hash of LiveKit's ID, as the SIP service computes it."""
    return hashlib.sha1(livekit_id.encode(), usedforsecurity=False).hexdigest()[:27]


def attributes_of(
    given: Mapping[str, str], *, call_id: str, trunk_id: str, phone: str, trunk_number: str, host: str, hidden: bool
) -> dict[str, str]:
    """Return the attributes that LiveKit adds to a phone; `hidden` leaves the numbers out."""
    attributes = {**given, CALL_ID: call_id, "sip.trunkID": trunk_id}
    if not hidden:
        attributes |= {"sip.phoneNumber": phone, "sip.trunkPhoneNumber": trunk_number, "sip.hostname": host}
    return attributes
