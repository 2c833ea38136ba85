"""Messages of a web request go to the broker after its response, from the thread that answered."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
import structlog
from django.conf import settings
from django.db import transaction

from telephony.livekit import loop
from tests.live.databases import new_database
from tests.live.process import Process, answers, free_port, wait_until
from tests.live.servers import RedisServer
from voxa.core import publishing
from voxa.core.tasks import publish_on_commit
from voxa.core.waiting import Waits
from voxa.web_worker import Worker

TASK = "telephony.tasks.sync_trunk"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any]]]:
    """What goes to the broker, with the id of the request that the log names; this thread holds its messages."""
    messages: list[tuple[str, Any]] = []

    def publish(name: str, row_id: str) -> None:
        if row_id == "unknown":
            raise LookupError(row_id)
        messages.append((row_id, structlog.contextvars.get_contextvars().get("request_id")))

    monkeypatch.setattr("voxa.core.tasks.publish", publish)
    publishing.hold()
    yield messages
    publishing.send_held()


@pytest.mark.django_db(transaction=True)
def test_a_request_sends_what_it_committed_when_it_is_answered(sent: list[tuple[str, Any]]) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1"), transaction.atomic():
        for row_id in ("1", "1", "2"):
            publish_on_commit(TASK, row_id)
        with suppress(ZeroDivisionError), transaction.atomic():
            publish_on_commit(TASK, "taken back")
            raise ZeroDivisionError
    assert sent == []
    publishing.send_held()
    assert sent == [("1", "r1"), ("2", "r1")]
    publish_on_commit(TASK, "3")  # outside a request
    assert sent[2:] == [("3", None)]


@pytest.mark.django_db(transaction=True)
def test_a_request_that_waits_sends_before(sent: list[tuple[str, Any]]) -> None:
    publish_on_commit(TASK, "1")
    assert Waits(8).wait(lambda: bool(sent), 60)


async def noted(sent: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return list(sent)


@pytest.mark.django_db(transaction=True)
def test_a_request_that_asks_livekit_sends_before(sent: list[tuple[str, Any]]) -> None:
    publish_on_commit(TASK, "1")
    assert loop.run(lambda _: noted(sent), 60) == [("1", None)]


@pytest.mark.django_db(transaction=True)
def test_a_message_that_fails_is_logged_and_the_others_are_sent(
    sent: list[tuple[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    publish_on_commit(TASK, "unknown")
    publish_on_commit(TASK, "1")
    publishing.send_held()
    assert sent == [("1", None)]
    assert "could not be sent" in caplog.text


class Line:
    """The accepting thread's queue."""

    def __init__(self, sent: list[tuple[str, Any]]) -> None:
        self.sent, self.returned = sent, list[tuple[Any, Future[Any], int]]()

    def defer(self, call: Any, conn: Any, done: Future[Any]) -> None:
        self.returned.append((conn, done, len(self.sent)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [None, OSError("gone")])
def test_a_connection_is_handed_back_before_the_broker_is_asked(
    sent: list[tuple[str, Any]], error: OSError | None
) -> None:
    worker: Any = Worker.__new__(Worker)
    worker.method_queue = Line(sent)

    def handle(conn: Any) -> bool:
        publish_on_commit(TASK, "1")
        if error:
            raise error
        return True

    worker.handle = handle
    worker._serve("connection")
    (conn, done, before), *more = worker.method_queue.returned
    assert (conn, done.exception(), before, more) == ("connection", error, 0, [])
    assert sent == [("1", None)]


# --- the server -----------------------------------------------------------------------------------------------------


@pytest.fixture
def web(tmp_path: Path, redis_server: RedisServer) -> Iterator[tuple[Process, httpx.Client]]:
    """Run gunicorn with Redis; yield it and a client of a workspace's key."""
    port = free_port()
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "voxa.settings",
        "VOXA_READ_DOTENV": "0",
        "SECRET_KEY": "k" * 60,
        "FERNET_KEYS": "f" * 60,
        "DATABASE_URL": new_database(tmp_path),
        "CELERY_BROKER_URL": redis_server.url,
        "LIVEKIT_URL": "",
    }
    folder = Path(settings.BASE_DIR)

    def manage(*words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, env=env, cwd=folder, check=True, capture_output=True, text=True).stdout

    slug = manage("create_workspace", "Acme").split()[-1]
    key = manage("create_api_key", slug, "--name", "ci", "--scope", "workspace:admin").split()[-1]
    argv = [sys.executable, "-m", "gunicorn", "voxa.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    process = Process([*argv, "--threads", "4"], tmp_path / "web.log", env=env, cwd=folder)
    process.ready = lambda: answers(port)
    process.start()
    headers = {"Authorization": f"Bearer {key}"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/v1/telephony", headers=headers, timeout=60) as client:
            yield process, client
    finally:
        process.kill()
        redis_server.flush()


def test_a_broker_that_hangs_holds_up_no_client_and_a_process_that_ends_sends_first(
    web: tuple[Process, httpx.Client], redis_server: RedisServer
) -> None:
    process, client = web
    body = {"name": "Carrier", "gateways": [{"ipOrDomain": "198.51.100.7"}]}
    with redis.Redis(port=redis_server.port) as broker:
        trunk = client.post("/trunks", json=body).json()["id"]
        wait_until(lambda: broker.llen("urgent") == 1, "the first message")
        broker.client_pause(60_000, all=False)  # what writes waits
        assert client.patch(f"/trunks/{trunk}", json={"name": "Other"}).status_code == 200
        assert broker.llen("urgent") == 1  # answered while the message waits
        os.kill(process.pid, signal.SIGTERM)
        time.sleep(0.5)
        broker.client_unpause()
        assert process.wait(30) == 0
        assert broker.llen("urgent") == 2
