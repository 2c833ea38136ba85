"""Admin of calls, the do-not-call list, alerts, usage, agent workers and LiveKit events."""

from calls.admin.agent_worker import AgentWorkerAdmin
from calls.admin.alert import AlertAdmin, AlertRuleAdmin
from calls.admin.call import CallAdmin
from calls.admin.do_not_call import DoNotCallAdmin
from calls.admin.livekit_event import LiveKitEventAdmin
from calls.admin.recording import RecordingAdmin
from calls.admin.usage import UsageDayAdmin

__all__ = [
    "AgentWorkerAdmin",
    "AlertAdmin",
    "AlertRuleAdmin",
    "CallAdmin",
    "DoNotCallAdmin",
    "LiveKitEventAdmin",
    "RecordingAdmin",
    "UsageDayAdmin",
]
