"""The background queues, and the queue of each task. Imports no Django.

Nothing in `urgent` or `ordinary` waits on an address that a customer chose: a host that accepts and never answers
holds up other customers' hosts at most, and of those no workspace may have more than its share (decision 10).
"""

from typing import Any

from kombu.entity import Exchange, Queue

URGENT = "urgent"  # active calls and recent changes that people wait for
ORDINARY = "ordinary"  # other work with our database, LiveKit and storage
EXTERNAL = "external"  # requests to customers' URLs: webhooks, language models, tools, provider checks, DNS
ALL = (URGENT, ORDINARY, EXTERNAL)
SOFT_LIMIT, HARD_LIMIT = 60, 90  # seconds of a task
LONG = {"soft_time_limit": 500, "time_limit": 540}  # seconds, below the broker's visibility timeout

_TASKS = {
    URGENT: (
        "calls.tasks.close_call",
        "calls.tasks.close_left_over",
        "calls.tasks.end_at_limit",
        "calls.tasks.ingest_events",
        "calls.tasks.watch_calls",
        "telephony.tasks.sync_trunk",
        "telephony.tasks.sync_endpoint",
        "telephony.tasks.remove_objects",
    ),
    ORDINARY: (
        "accounts.tasks.purge_idempotency_records",
        "accounts.tasks.purge_webhooks",
        "accounts.tasks.sweep_webhooks",
        "calls.tasks.end_overdue_tests",
        "calls.tasks.evaluate_alerts",
        "calls.tasks.look_after_recordings",
        "calls.tasks.note_trunk_calls",
        "calls.tasks.purge_calls",
        "calls.tasks.start_recording",
        "calls.tasks.stop_recording",
        "calls.tasks.sweep_analyses",
        "calls.tasks.tell_late_reports",
        "calls.tasks.tell_report",
        "calls.tasks.watch_project",
        "telephony.tasks.check_health",
        "telephony.tasks.check_sip_service",
        "telephony.tasks.check_sip_services",
        "telephony.tasks.note_queue",  # beat sends it to each queue
        "telephony.tasks.reconcile_project",
        "telephony.tasks.reconcile_projects",
        "telephony.tasks.sweep_knowledge",
        "telephony.tasks.sweep_mcp_servers",
        "telephony.tasks.sweep_trunks",
    ),
    EXTERNAL: (
        "accounts.tasks.deliver_webhooks",
        "accounts.tasks.send_invitation",
        "calls.tasks.analyze_call",
        "calls.tasks.ask_endpoint",
        "calls.tasks.run_tool",
        "telephony.tasks.check_gateways",
        "calls.tasks.send_alert",
        "telephony.tasks.check_provider_key",
        "telephony.tasks.check_providers",
        "telephony.tasks.list_mcp_tools",
        "telephony.tasks.read_knowledge",
        "telephony.tasks.resolve_domains",
        "telephony.tasks.run_health_check",
    ),
}
ROUTES: dict[str, dict[str, Any]] = {task: {"queue": queue} for queue, tasks in _TASKS.items() for task in tasks}
# Without `-Q` a worker consumes all of them.
QUEUES = tuple(Queue(name, Exchange(name), routing_key=name) for name in ALL)  # type: ignore[no-untyped-call]
