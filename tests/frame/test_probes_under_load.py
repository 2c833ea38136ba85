"""Probes and other clients are answered while headers and bodies do not come."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from tests.live.databases import new_database
from tests.live.process import Process, answers, free_port
from voxa.web_worker import HEADERS_WITHIN

HEAD = "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{more}\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
WAIT = 30  # seconds; far more than is needed, for a busy machine


SOAK = os.environ.get("VOXA_SOAK") == "1"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[tuple[int, str]]:
    """Run gunicorn with two workers of four threads, in the soak with Redis; yield its port and a key."""
    port, tmp_path = free_port(), tmp_path_factory.mktemp("web")
    redis = request.getfixturevalue("redis_server").url if SOAK else ""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "voxa.settings",
        "VOXA_READ_DOTENV": "0",
        "SECRET_KEY": "k" * 60,
        "FERNET_KEYS": "f" * 60,
        "DATABASE_URL": new_database(tmp_path),
        "CELERY_BROKER_URL": redis or "memory://",
        "LIVEKIT_URL": "",
    }
    folder = Path(settings.BASE_DIR)

    def manage(*words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, env=env, cwd=folder, check=True, capture_output=True, text=True).stdout

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


@pytest.mark.soak
def test_probes_and_others_are_answered_while_bodies_are_unfinished(web: tuple[int, str]) -> None:
    port, key = web
    signed = f"Authorization: Bearer {key}\r\n"
    url = f"http://127.0.0.1:{port}"
    with ExitStack() as open_ones:
        nameless = [open_ones.enter_context(begin(port, "/v1/agents", CHUNKED, b"5\r\nhel")) for _ in range(40)]
        slow = [
            open_ones.enter_context(begin(port, "/v1/agents", signed + "Content-Length: 90\r\n", b'{"n'))
            for _ in range(20 if SOAK else 9)  # more than there are threads
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


# --- headers --------------------------------------------------------------------------------------------------------


def connect(port: int, text: str) -> socket.socket:
    sender = socket.create_connection(("127.0.0.1", port), timeout=WAIT)
    sender.sendall(text.encode())
    return sender


def ends(sender: socket.socket) -> bool:
    """Return whether the connection ends without an answer."""
    try:
        return sender.recv(100) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("path", ["/healthz", "/v1/agents"])
def test_unfinished_headers_hold_no_thread_and_are_cut_off(web: tuple[int, str], path: str) -> None:
    port, key = web
    url, authorization = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {key}"}
    with ExitStack() as open_ones:
        slow = [open_ones.enter_context(connect(port, f"GET {path} HTTP/1.1\r\nHost: a\r\nX:")) for _ in range(60)]
        began = time.monotonic()
        for probe in ("/healthz", "/readyz", "/metrics"):
            assert httpx.get(url + probe, timeout=WAIT).status_code in (200, 503)
        assert httpx.get(f"{url}/v1/agents", headers=authorization, timeout=WAIT).status_code == 200
        took = time.monotonic() - began
        assert {ends(sender) for sender in slow} == {True}
        assert took < HEADERS_WITHIN * 60 / (2 * 4)  # as long as they would take in turns, one to a thread


def test_probes_whose_bodies_do_not_come_hold_no_thread(web: tuple[int, str]) -> None:
    port, _ = web
    with ExitStack() as open_ones:
        for more in ("Content-Length: 9000", CHUNKED.strip()):
            head = f"GET /healthz HTTP/1.1\r\nHost: a\r\n{more}\r\n\r\n"
            senders = [open_ones.enter_context(connect(port, head)) for _ in range(20)]
            assert {status(sender) for sender in senders} == {200}


def test_headers_that_drip_are_cut_off(web: tuple[int, str]) -> None:
    port, _ = web
    with connect(port, "GET /healthz HTTP/1.1\r\nX-Slow: ") as sender, pytest.raises(ConnectionError):
        drip(sender)


def drip(sender: socket.socket) -> None:
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        sender.sendall(b"x")
        time.sleep(0.2)


def test_a_client_that_goes_away_within_its_headers_is_let_go(web: tuple[int, str]) -> None:
    port, _ = web
    with connect(port, "GET /healthz HTTP/1.1\r\nX-Slow: ") as sender:
        sender.shutdown(socket.SHUT_WR)
        assert ends(sender)


def test_headers_in_pieces_are_a_request(web: tuple[int, str]) -> None:
    port, key = web
    with connect(port, "GET /v1/ag") as sender:
        for _ in range(2):  # the second on the same connection
            for piece in ("ents HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthoriz", f"ation: Bearer {key}\r\n", "\r\n"):
                time.sleep(0.1)
                sender.sendall(piece.encode())
            answer = sender.recv(65_536)
            while b"\r\n\r\n" not in answer or b"results" not in answer:
                answer += sender.recv(65_536)
            assert answer.startswith(b"HTTP/1.1 200")
            sender.sendall(b"GET /v1/ag")


def test_requests_sent_ahead_are_answered_in_turn(web: tuple[int, str]) -> None:
    port, _ = web
    probe = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    with connect(port, probe * 3 + probe.replace("Host", "Connection: close\r\nHost")) as sender:
        answers = b""
        while piece := sender.recv(65_536):
            answers += piece
    assert answers.count(b"HTTP/1.1 200") == 4


def test_long_headers_are_read(web: tuple[int, str]) -> None:
    port, _ = web
    more = "".join(f"X-{number}: {'x' * 4_000}\r\n" for number in range(5))
    with connect(port, f"GET /v1/agents HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}\r\n") as sender:
        assert status(sender) == 401
