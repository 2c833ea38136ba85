"""The task of assistant requests."""

from uuid import UUID

from calls.reception import ask, requests
from voxa.core.tasks import task


@task("calls.tasks.ask_endpoint", expires=requests.LIMIT.total_seconds())
def ask_endpoint(call_id: str) -> None:
    """Ask a workspace's endpoint about an inbound call; it answers within 2 s."""
    ask.ask_endpoint(UUID(call_id))
