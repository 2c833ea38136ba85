"""Everything one sandbox knows."""

from pathlib import Path

from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo, SIPOutboundTrunkInfo

from telephony.sandbox.store import Shelf, open_database


class State:
    """Trunks and rules, kept in a file if one is given."""

    def __init__(self, path: Path | None = None) -> None:
        self._database = open_database(path)
        self.inbound = Shelf(self._database, "inbound", SIPInboundTrunkInfo)
        self.outbound = Shelf(self._database, "outbound", SIPOutboundTrunkInfo)
        self.rules = Shelf(self._database, "rule", SIPDispatchRuleInfo)

    def close(self) -> None:
        self._database.close()
