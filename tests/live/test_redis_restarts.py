"""Redis restarts while tasks are under way: the worker is the same process afterwards, and takes what comes next."""

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from celery import Celery
from redis import Redis

from tests.live.databases import CHECKOUT, new_database
from tests.live.process import Process, wait_until
from tests.live.servers import RedisServer
from voxa.celery import app
from voxa.core import queues

pytestmark = [pytest.mark.live, pytest.mark.soak]
RESTARTS = 30 if os.environ.get("VOXA_SOAK") == "1" else 2
UNDER_WAY = (0.5, 1.0, 2.2, 2.5)  # seconds: some end before the connection is back, some after
QUEUE = queues.ORDINARY


@pytest.fixture
def own_redis(tmp_path: Path, redis_server: RedisServer) -> Iterator[RedisServer]:
    """One that nobody else uses, so that it may be killed."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.process.kill()


@pytest.fixture
def worker(tmp_path: Path, own_redis: RedisServer) -> Iterator[Process]:
    """A worker on the command line of the README."""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "voxa.settings",
        "VOXA_READ_DOTENV": "0",
        "SECRET_KEY": "k" * 60,
        "FERNET_KEYS": "f" * 60,
        "DATABASE_URL": new_database(tmp_path),
        "CELERY_BROKER_URL": own_redis.url,
    }
    argv = [sys.executable, "-m", "celery", "-A", "voxa", "worker", "-Q", QUEUE, "-n", f"{QUEUE}@%h"]
    argv += ["--pool", "threads", "--concurrency", "4", "--include", "tests.live.slow_task", "--loglevel", "INFO"]
    process = Process(argv, tmp_path / "worker.log", env=env, cwd=CHECKOUT)
    process.ready = lambda: "ready." in process.output()
    process.start()
    yield process
    process.kill()


def send(server: RedisServer, *seconds: float) -> None:
    sender = Celery("sender", set_as_current=False)  # the tests' own runs tasks in place
    # A URL given to the app would lose against CELERY_BROKER_URL of the tests' environment.
    with sender.connection(server.url) as connection:
        for each in seconds:
            sender.send_task("tests.live.slow_task.busy", (each,), queue=QUEUE, connection=connection)


def times(worker: Process, words: str) -> int:
    return worker.output().count(words)


def connections(worker: Process, wanted: int) -> bool:
    return not worker.running or times(worker, "Connected to redis") >= wanted


@pytest.mark.timeout(900)
def test_a_worker_outlives_every_restart(worker: Process, own_redis: RedisServer) -> None:
    began = worker.pid
    for _ in range(RESTARTS):
        send(own_redis, *UNDER_WAY)
        wait_until(lambda: Redis.from_url(own_redis.url).hlen("unacked"), "the worker has taken tasks", 10)
        again = partial(connections, worker, 1 + times(worker, "Connected to redis"))
        own_redis.process.kill()
        own_redis.start()
        wait_until(again, "it is back", 60)
        assert worker.running, worker.output()[-3000:]
    assert worker.pid == began
    assert "Unrecoverable error" not in worker.output()
    send(own_redis, 0.0)
    queued = app.connection_for_read(own_redis.url).default_channel
    wait_until(lambda: queued.queue_declare(QUEUE).message_count == 0, "what comes next is taken", 30)
    sys.stdout.write(f"\n{RESTARTS} restarts of Redis with tasks under way: still the same worker, pid {began}.\n")


def test_a_channel_of_a_closed_connection_fails_as_a_lost_connection(own_redis: RedisServer) -> None:
    """Celery connects again after such an error, and ends the worker at any other."""
    connection = app.connection_for_read(own_redis.url)
    channel, errors = connection.channel(), connection.connection_errors
    connection.collect()  # as Celery does when it notices the loss; it uses the channel once more when it cleans up
    with pytest.raises(errors, match="is closed"):
        channel.queue_purge("q")
