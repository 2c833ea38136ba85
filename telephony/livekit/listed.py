"""Objects as LiveKit lists them, parsed no further than asked: a reconcile compares thousands."""

from dataclasses import dataclass, field
from typing import Any

from livekit import api

from telephony.livekit.entrances import Entrance, Rule, entrance_of, rule_of
from telephony.livekit.messages import completed, message_of, plain
from telephony.livekit.specs import DispatchRuleSpec, InboundTrunkSpec, OutboundTrunkSpec


@dataclass(frozen=True, slots=True)
class Listed:
    """One object; `id` is LiveKit's, `metadata` may be our ownership tag."""

    id: str
    metadata: str
    _info: Any = field(repr=False)  # has passwords

    def holds(self, spec: InboundTrunkSpec | OutboundTrunkSpec | DispatchRuleSpec) -> bool:
        """Return whether the object is what the spec writes, and has no settings beyond it."""
        ours: Any = message_of(spec)
        if type(ours) is not type(self._info):
            return False
        if completed(ours, self._info) == self._info:  # as nearly always, and without a copy of the object
            return True
        return bool(message_of(spec) == plain(self._info))

    @property
    def content(self) -> bytes:
        """Return all that LiveKit stores of it, passwords included: the same bytes for equal objects."""
        content: bytes = self._info.SerializeToString(deterministic=True)
        return content

    @property
    def seen(self) -> Entrance | Rule:
        """Return what matching reads of an inbound trunk or a rule."""
        info = self._info
        return rule_of(info) if isinstance(info, api.SIPDispatchRuleInfo) else entrance_of(info)


def listed_trunk(info: api.SIPInboundTrunkInfo | api.SIPOutboundTrunkInfo) -> Listed:
    return Listed(info.sip_trunk_id, info.metadata, info)


def listed_rule(info: api.SIPDispatchRuleInfo) -> Listed:
    return Listed(info.sip_dispatch_rule_id, info.metadata, info)
