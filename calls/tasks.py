"""The tasks of this app, under the names by which they are sent. Each is defined beside the service that it runs."""

from calls.agent_tests.tasks import end_overdue_tests
from calls.alerts.tasks import evaluate_alerts, send_alert
from calls.analysis.tasks import analyze_call, sweep_analyses
from calls.livekit.tasks import close_call, close_left_over, end_at_limit, ingest_events, watch_calls, watch_project
from calls.reception.tasks import ask_endpoint
from calls.recordings.tasks import look_after_recordings, start_recording, stop_recording
from calls.services.tasks import note_trunk_calls, purge_calls, run_tool, tell_late_reports, tell_report

__all__ = [
    "analyze_call",
    "ask_endpoint",
    "close_call",
    "close_left_over",
    "end_at_limit",
    "end_overdue_tests",
    "evaluate_alerts",
    "ingest_events",
    "look_after_recordings",
    "note_trunk_calls",
    "purge_calls",
    "run_tool",
    "send_alert",
    "start_recording",
    "stop_recording",
    "sweep_analyses",
    "tell_late_reports",
    "tell_report",
    "watch_calls",
    "watch_project",
]
