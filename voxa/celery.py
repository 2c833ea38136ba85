"""The Celery application. Each app's tasks.py lists its tasks."""

import os
from pathlib import Path

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voxa.settings")

TRANSPORT_ALIASES["filesystem"] = "voxa.broker:Transport"
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "voxa.redis_broker:Transport"

app = Celery("voxa")
app.config_from_object("voxa.celery_settings:CELERY")
app.autodiscover_tasks()


def make_broker_folders() -> None:
    """Create the folders of the embedded broker, which the filesystem transport does not."""
    options = app.conf.broker_transport_options or {}
    for key in ("data_folder_in", "data_folder_out", "control_folder"):
        if key in options:
            Path(options[key]).mkdir(parents=True, exist_ok=True)
