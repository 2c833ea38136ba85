"""The admin of calls, the do-not-call list, usage and LiveKit's events."""

from calls.admin.call import CallAdmin
from calls.admin.do_not_call import DoNotCallAdmin
from calls.admin.livekit_event import LiveKitEventAdmin
from calls.admin.usage import UsageDayAdmin

__all__ = ["CallAdmin", "DoNotCallAdmin", "LiveKitEventAdmin", "UsageDayAdmin"]
