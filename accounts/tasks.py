"""The tasks of this app, under the names by which they are sent. Each is defined beside the service that it runs."""

from accounts.services.tasks import (
    deliver_webhooks,
    purge_idempotency_records,
    purge_webhooks,
    send_invitation,
    sweep_webhooks,
)

__all__ = ["deliver_webhooks", "purge_idempotency_records", "purge_webhooks", "send_invitation", "sweep_webhooks"]
