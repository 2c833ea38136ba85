"""Models of calls: attempts, events, transcripts, usage and the do-not-call list."""

from calls.models.agent_test import AgentTest, TestMedium, TestStatus
from calls.models.alert import Alert, AlertNotification, AlertRule
from calls.models.analysis import CallAnalysis
from calls.models.attempt import Attempt, DialSlot
from calls.models.call import Call, DoNotCall
from calls.models.event import Event, LiveKitEvent, UsageDay
from calls.models.reception import Reception
from calls.models.recording import Recording
from calls.models.tool_run import ToolRun
from calls.models.transcript import Conversation, TranscriptItem
from calls.models.transfer import Transfer
from calls.models.worker import AgentWorker, RunningDispatcher

__all__ = [
    "AgentTest",
    "AgentWorker",
    "Alert",
    "AlertNotification",
    "AlertRule",
    "Attempt",
    "Call",
    "CallAnalysis",
    "Conversation",
    "DialSlot",
    "DoNotCall",
    "Event",
    "LiveKitEvent",
    "Reception",
    "Recording",
    "RunningDispatcher",
    "TestMedium",
    "TestStatus",
    "ToolRun",
    "TranscriptItem",
    "Transfer",
    "UsageDay",
]
