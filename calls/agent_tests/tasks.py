"""Task that ends overdue test conversations."""

from calls.agent_tests.sessions import end_overdue
from voxa.core.tasks import task


@task("calls.tasks.end_overdue_tests")
def end_overdue_tests() -> None:
    """End the test conversations that are past their time, and free their places."""
    end_overdue()
