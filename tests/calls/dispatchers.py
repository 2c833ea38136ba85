"""Dispatchers as processes of their own, on the tests' database."""

import os
import sys
from pathlib import Path

from django.db import connection

from tests.live.process import Process

ROOT = Path(__file__).resolve().parents[2]


def database_url() -> str:
    """Name the tests' database for a child process."""
    known = connection.settings_dict
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


def dispatcher(folder: Path, name: str, settings: str = "tests.settings") -> Process:
    """Make a dispatcher; it is ready when it has said so."""
    log = folder / f"{name}.log"
    env = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": settings}
    return Process(
        [sys.executable, "-u", "manage.py", "dispatch_calls"],
        log,
        ready=lambda: log.exists() and b"Dispatching calls" in log.read_bytes(),
        env=env,
        cwd=ROOT,
    )
