"""What gunicorn does beside its command line."""

import os
from typing import Any

worker_class = "voxa.web_worker.Worker"


def child_exit(server: Any, worker: Any) -> None:
    """Take a worker that ended out of the metrics that several workers share."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
