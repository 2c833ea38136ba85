"""The state of a sandbox."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo, SIPOutboundTrunkInfo

from agents.worker.config import Config
from telephony.sandbox.background import Background
from telephony.sandbox.rooms import Rooms
from telephony.sandbox.sip_service import SipService
from telephony.sandbox.store import Shelf, open_database

RING_SECONDS = 2.0
SILENCE_SECONDS = 32.0  # timeout of a SIP transaction over UDP, RFC 3261 timer B


class State:
    """Trunks and rules, kept in a file if one is given; rooms and calls, kept in memory.

    `ring` is how long a phone rings before it is answered, `silence` how long a gateway is waited for that says
    nothing, in seconds; `now` gives seconds since the epoch.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        ring: float = RING_SECONDS,
        silence: float = SILENCE_SECONDS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = open_database(path)
        self.inbound = Shelf(self._database, "inbound", SIPInboundTrunkInfo)
        self.outbound = Shelf(self._database, "outbound", SIPOutboundTrunkInfo)
        self.rules = Shelf(self._database, "rule", SIPDispatchRuleInfo)
        self.ring, self.silence, self.now = ring, silence, now
        self.sip = SipService()
        self.agents_registered = True
        self.worker: Config | None = None  # of the stand-in agents, where Voxa's API is known
        self.down = asyncio.Event()  # set while the crashed server is down
        self.background = Background()
        self.rooms = Rooms(now)

    def close(self) -> None:
        self._database.close()
