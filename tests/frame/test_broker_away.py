"""A broker that is away, or accepts and says nothing, does not hold up who publishes."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings

# The settings as a server has them: those of the tests run tasks in place.
PUBLISH = """
import django; django.setup()
from kombu.exceptions import OperationalError
from accounts.tasks import purge_idempotency_records
try:
    purge_idempotency_records.delay()
except OperationalError:
    print("gave up")
"""


@pytest.fixture
def silent_server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def publish(port: int) -> str:
    environment = {
        "DJANGO_SETTINGS_MODULE": "voxa.settings",
        "VOXA_READ_DOTENV": "0",
        "SECRET_KEY": "x",
        "FERNET_KEYS": "y",
        "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0",
    }
    # Unbounded, it would wait for two minutes or for ever.
    argv = [sys.executable, "-c", PUBLISH]
    done = subprocess.run(
        argv, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=40, check=True
    )
    return done.stdout


def test_a_closed_port() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert publish(unused.getsockname()[1]) == "gave up\n"


def test_a_server_that_never_answers(silent_server: int) -> None:
    assert publish(silent_server) == "gave up\n"
