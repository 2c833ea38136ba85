"""Probes and other clients are answered while bodies do not come."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from tests.live.process import Process, answers, free_port

HEAD = "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{more}\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
WAIT = 30  # seconds; far more than is needed, for a busy machine


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """Run gunicorn with two workers of four threads; yield its port and a key."""
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
    folder = Path(settings.BASE_DIR)

    def manage(*words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, env=env, cwd=folder, check=True, capture_output=True, text=True).stdout

    manage("migrate", "--verbosity", "0")
    slug = manage("create_workspace", "Acme").split()[-1]
    key = manage("create_api_key", slug, "--name", "ci", "--scope", "workspace:admin").split()[-1]
    argv = [sys.executable, "-m", "gunicorn", "voxa.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    process = Process([*argv, "--workers", "2", "--threads", "4"], tmp_path / "web.log", env=env, cwd=folder)
    process.ready = lambda: answers(port)
    process.start()
    try:
        assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=60).status_code == 200
        yield port, key
    finally:
        process.kill()


def begin(port: int, path: str, more: str, body: bytes) -> socket.socket:
    sender = socket.create_connection(("127.0.0.1", port), timeout=WAIT)
    sender.sendall(HEAD.format(path=path, more=more).encode() + body)
    return sender


def status(sender: socket.socket) -> int:
    return int(sender.recv(65_536).split()[1])


def test_probes_and_others_are_answered_while_bodies_are_unfinished(web: tuple[int, str]) -> None:
    port, key = web
    signed = f"Authorization: Bearer {key}\r\n"
    url = f"http://127.0.0.1:{port}"
    with ExitStack() as open_ones:
        nameless = [open_ones.enter_context(begin(port, "/v1/agents", CHUNKED, b"5\r\nhel")) for _ in range(40)]
        slow = [
            open_ones.enter_context(begin(port, "/v1/agents", signed + "Content-Length: 90\r\n", b'{"n'))
            for _ in range(20)
        ]
        for _ in range(10):
            open_ones.enter_context(begin(port, "/admin/login/", CHUNKED, b"5\r\nhel"))
        for path in ("/healthz", "/readyz", "/metrics"):
            assert httpx.get(url + path, timeout=WAIT).status_code in (200, 503)
        authorization = {"Authorization": f"Bearer {key}"}
        assert httpx.get(f"{url}/v1/agents", headers=authorization, timeout=WAIT).status_code == 200
        assert {status(sender) for sender in nameless} == {401}
        assert {status(sender) for sender in slow} <= {408, 503}


def test_a_refused_body_ends_its_connection(web: tuple[int, str]) -> None:
    port, key = web
    signed = f"Authorization: Bearer {key}\r\n"
    with begin(port, "/v1/agents", signed + "Content-Length: 90000000\r\n", b"") as sender:
        answer = sender.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in answer.lower()
