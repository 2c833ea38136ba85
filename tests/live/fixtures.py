"""Fixtures of the real servers, for every room (loaded by the conftest at the root).

A server that cannot be had skips the test with the reason; with `VOXA_REQUIRE_LIVE=1` it fails it.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest
from django.db import connection

from tests.live.databases import begin_migrated
from tests.live.process import Missing
from tests.live.servers import LiveKitServer, RedisServer, SipBridge

T = TypeVar("T")


def unavailable(reason: str) -> NoReturn:
    """Skip the test for want of a server, or fail it where every test must run."""
    if os.environ.get("VOXA_REQUIRE_LIVE") == "1":
        pytest.fail(f"{reason} (VOXA_REQUIRE_LIVE=1)", pytrace=False)
    pytest.skip(reason)


def made(make: Callable[[], T]) -> T:
    """Make a server, or skip or fail the test where it is missing."""
    try:
        return make()
    except Missing as missing:
        reason = str(missing)
    unavailable(reason)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests on real servers: they wait more than they compute, so the others fill the time."""
    items.sort(key=lambda item: item.get_closest_marker("live") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Return how many tests were skipped for which reason: one line a reason, not one a test."""
    skipped: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        skipped[report.longrepr[2].removeprefix("Skipped: ")] += 1
    if skipped:
        terminalreporter.section("skipped on this machine")
    for reason, count in skipped.most_common():
        terminalreporter.write_line(f"{count:5} because {reason}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Make the test database a copy of one that is migrated; what pytest-django does then finds nothing to migrate."""
    begin_migrated(connection.creation)


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where configuration and logs of the servers go."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def redis_server(server_folder: Path) -> Iterator[RedisServer]:
    """Debian's Redis on a free port."""
    server = made(lambda: RedisServer(server_folder))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def livekit_process(server_folder: Path) -> Iterator[LiveKitServer]:
    bus = made(lambda: RedisServer(server_folder))
    server = made(lambda: LiveKitServer(server_folder, bus))
    bus.start()
    server.start()
    yield server
    server.stop()
    bus.stop()


@pytest.fixture
def livekit_server(livekit_process: LiveKitServer) -> LiveKitServer:
    """A real LiveKit server, running; a test that stopped it leaves the next one nothing to repair."""
    livekit_process.start()
    return livekit_process


@pytest.fixture(scope="session")
def sipbridge_process(server_folder: Path, livekit_process: LiveKitServer) -> Iterator[SipBridge]:
    bridge = made(lambda: SipBridge(server_folder, livekit_process))
    bridge.start()
    yield bridge
    bridge.stop()


@pytest.fixture
def sipbridge(sipbridge_process: SipBridge, livekit_server: LiveKitServer) -> Iterator[SipBridge]:
    """The stand-in for the SIP service beside `livekit_server`."""
    yield sipbridge_process
    sipbridge_process.clear()
