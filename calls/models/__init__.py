"""What happened: calls, their attempts and events, usage, and who is not to be called."""

from calls.models.attempt import Attempt, DialSlot
from calls.models.call import Call, DoNotCall
from calls.models.event import Event, LiveKitEvent, UsageDay

__all__ = ["Attempt", "Call", "DialSlot", "DoNotCall", "Event", "LiveKitEvent", "UsageDay"]
