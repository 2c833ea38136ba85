"""Control of the running sandbox: its SIP service, its agents, a crash."""

import asyncio
from dataclasses import dataclass

from telephony.sandbox.agents import send
from telephony.sandbox.rooms import Occupant, Room
from telephony.sandbox.sip_service import SipState
from telephony.sandbox.state import State

DOWN_SECONDS = 1.0  # the server answers no request
REJOINS_IN = 5.0  # seconds from the crash until the phones rejoin


@dataclass(frozen=True)
class Change:
    """A change. Raises ValueError for an unknown state of the SIP service, TypeError for a flag that is no boolean."""

    sip: str | None = None
    agents: bool | None = None
    crash: bool = False

    def __post_init__(self) -> None:
        if self.sip is not None and self.sip not in tuple(SipState):
            raise ValueError(f"sip must be one of {', '.join(SipState)}, not {self.sip!r}")
        if not isinstance(self.crash, bool) or not isinstance(self.agents, bool | None):
            raise TypeError("agents and crash must be true or false")


def carry_out(state: State, change: Change) -> dict[str, object]:
    """Apply the change and return the resulting state."""
    if change.agents is not None:
        state.agents_registered = change.agents
    if change.sip is not None:
        state.sip.switch(SipState(change.sip))
    if change.crash and not state.down.is_set():
        state.background.start(_crash(state))
    return {"sip": state.sip.state.value, "agents": state.agents_registered}


async def _crash(state: State) -> None:
    """Kill the server and start it again. Phones rejoin under new IDs; agents stay listed but are gone."""
    state.down.set()
    lost = [(room, phone) for room in state.rooms for phone in state.rooms.lose(room)]
    await asyncio.sleep(DOWN_SECONDS)
    state.down.clear()
    await asyncio.sleep(REJOINS_IN - DOWN_SECONDS)
    for room, phone in lost:
        if not phone.gone.is_set() and state.rooms.get(room.info.name) is room:
            _comes_back(state, room, phone)


def _comes_back(state: State, room: Room, phone: Occupant) -> None:
    state.rooms.rejoin(room, phone)
    for made in room.dispatches.values():
        send(state, room, made)
