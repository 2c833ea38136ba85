"""Probes answer while every thread waits for a body that does not come."""

import os
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
from django.conf import settings

from tests.live.process import Process, answers, free_port

UNFINISHED = b"POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"


def test_probes_answer_while_bodies_are_unfinished(tmp_path: Path) -> None:
    port = free_port()
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "voxa.settings",
        "VOXA_READ_DOTENV": "0",
        "SECRET_KEY": "k" * 60,
        "FERNET_KEYS": "f" * 60,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'voxa.sqlite3'}",
        "CELERY_BROKER_URL": "memory://",
        "LIVEKIT_URL": "",
    }
    argv = [sys.executable, "-m", "gunicorn", "voxa.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    web = Process([*argv, "--no-control-socket"], tmp_path / "web.log", env=env, cwd=Path(settings.BASE_DIR))
    web.ready = lambda: answers(port)
    web.start()
    try:
        url = f"http://127.0.0.1:{port}/healthz"
        assert httpx.get(url, timeout=60).status_code == 200
        with ExitStack() as senders:
            for _ in range(20):
                sender = senders.enter_context(socket.create_connection(("127.0.0.1", port)))
                sender.sendall(UNFINISHED)
            assert [httpx.get(url, timeout=10).status_code for _ in range(8)] == [200] * 8
    finally:
        web.kill()
