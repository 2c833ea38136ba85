"""Webhook events about trunks, with example data."""

from accounts.webhook_events import EventType, register

register(
    EventType(
        "trunk.status",
        "Trunk status changed",
        "A trunk became active, or failed and needs manual action; see `lastError`.",
        {
            "id": "0c0f5a4e-3f55-4a3c-8a43-2f8f9b0f6a10",
            "name": "Main line",
            "status": "failed",
            "lastError": "LiveKit refused the number +15550100000: another trunk of the project has it.",
        },
    ),
)
