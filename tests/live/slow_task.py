"""A task for a worker of the tests: busy for so many seconds."""

import time

from celery import shared_task


@shared_task  # type: ignore[untyped-decorator]
def busy(seconds: float) -> None:
    time.sleep(seconds)
