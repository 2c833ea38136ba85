"""Tasks of accounts."""

from uuid import UUID

from accounts.services import invitations, webhook_delivery
from accounts.services.idempotency import purge_expired
from accounts.services.import_files import purge_files
from accounts.services.sessions import purge_sessions
from accounts.services.webhooks import wake
from voxa.core.tasks import task


@task("accounts.tasks.purge_idempotency_records")
def purge_idempotency_records() -> None:
    """Delete kept answers that are past their 24 hours, files to be imported past their one, and expired sessions."""
    purge_expired()
    purge_files()
    purge_sessions()


@task("accounts.tasks.deliver_webhooks")
def deliver_webhooks(endpoint_id: str) -> None:
    """Send what is due to one endpoint; what remains after its turn waits behind the other endpoints."""
    if webhook_delivery.deliver(UUID(endpoint_id)):
        wake(UUID(endpoint_id))


@task("accounts.tasks.sweep_webhooks")
def sweep_webhooks() -> None:
    """Wake the workers for every endpoint with something due."""
    webhook_delivery.sweep()


@task("accounts.tasks.purge_webhooks")
def purge_webhooks() -> None:
    """Delete messages that are past their workspace's retention."""
    webhook_delivery.purge()


@task("accounts.tasks.send_invitation")
def send_invitation(invitation_id: str) -> None:
    """Send the email of an invitation, within 20 s. It can be sent again on its page."""
    invitations.send_invitation(UUID(invitation_id))
