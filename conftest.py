"""Fixtures that every room may use, and how the tests are distributed."""

import gc
import os
from pathlib import Path

import pytest
from django.conf import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

pytest_plugins = ["tests.live.fixtures", "tests.sandbox"]


# `make test` runs everything on SQLite and on PostgreSQL, except for what runs once, on the database named here.
# The longest beginning counts. SQLITE: the database plays no part. POSTGRES: processes and races of an installation,
# which has PostgreSQL; it also refuses more of what clients send. BOTH: searching, sorting, counting, locking.
SQLITE, POSTGRES, BOTH = "sqlite", "postgresql", ""
RUNS_ON = {
    "": BOTH,
    "tests/accounts/test_commands.py": SQLITE,
    "tests/accounts/test_external_leases.py": POSTGRES,
    "tests/admin/": SQLITE,
    "tests/admin/test_call_export.py": BOTH,
    "tests/admin/test_calls.py": BOTH,
    "tests/admin/test_do_not_call.py": BOTH,
    "tests/admin/test_home_figures.py": BOTH,
    "tests/admin/test_import_numbers.py": BOTH,
    "tests/admin/test_live_board.py": BOTH,
    "tests/admin/test_lockout.py": BOTH,
    "tests/admin/test_members.py": BOTH,
    "tests/admin/test_times.py": BOTH,
    "tests/admin/test_usage.py": BOTH,
    "tests/agent/": SQLITE,
    "tests/api/test_chunked_bodies.py": SQLITE,
    "tests/api/test_schema.py": SQLITE,
    "tests/api/test_schemathesis.py": POSTGRES,
    "tests/browser/": SQLITE,
    "tests/calls/events/test_any_order.py": SQLITE,
    "tests/calls/test_calls_docs.py": SQLITE,
    "tests/calls/test_carrier_limits.py": SQLITE,
    "tests/calls/transfers/test_transfer_policies.py": SQLITE,
    "tests/contract/": SQLITE,
    "tests/core/": SQLITE,
    "tests/core/test_many_rows.py": BOTH,
    "tests/dialects/": SQLITE,
    "tests/dialects/test_outbound_trunks": BOTH,
    "tests/doctor/": SQLITE,
    "tests/effects/": SQLITE,
    "tests/frame/": SQLITE,
    "tests/live/": POSTGRES,
    "tests/live/agent/": SQLITE,
    "tests/live/test_make_run.py": SQLITE,
    "tests/project/": SQLITE,
    "tests/telephony/livekit_client/": SQLITE,
    "tests/telephony/livekit_import/test_leaves_alone.py": SQLITE,
    "tests/telephony/sandbox/": SQLITE,
    "tests/telephony/sync/test_interleavings.py": POSTGRES,
    "tests/telephony/sync/test_killed.py": POSTGRES,
    "tests/test_architecture.py": SQLITE,
    "tests/test_timeline_is_shown.py": SQLITE,
    "tests/test_words.py": SQLITE,
}


def runs_on(nodeid: str) -> str:
    """Return the database that a test runs on where each runs once, or BOTH."""
    return RUNS_ON[max((start for start in RUNS_ON if nodeid.startswith(start)), key=len)]


# They use real servers in real time: docs/decisions/0014-real-time-tests-may-repeat.md.
REAL_TIME = ("tests/browser/", "tests/live/")
# Its tests share servers, a worker and models, and measure speech: one process runs them all, from the start.
SERIAL = "tests/live/agent/"


class Scheduling(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Run the tests of a file in one process, and those of `SERIAL`."""

    def _split_scope(self, nodeid: str) -> str:
        return SERIAL if nodeid.startswith(SERIAL) else super()._split_scope(nodeid)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return one process more than there are processors: many tests wait for servers and clocks."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Distribute the tests by file, with `--dist loadfile`."""
    return Scheduling(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--once`: leave out the tests that the run on the other database has."""
    parser.addoption("--once", action="store_true", help="leave out what the run on the other database has")


def _database() -> str:
    """Return the kind of database of this run."""
    return str(settings.DATABASES["default"]["ENGINE"]).rpartition(".")[2].removesuffix("3")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `--once`, leave unread a file of which the run on the other database has everything."""
    if not config.getoption("once") or collection_path.suffix != ".py":
        return None
    here = runs_on(collection_path.relative_to(config.rootpath).as_posix()) in (_database(), BOTH)
    return None if here or "mark.postgres" in collection_path.read_text() else True


def pytest_collection() -> None:
    """Look for no garbage while all the tests are read."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage from here on, and not among the tests."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what runs on the other database, start with `SERIAL`, and let tests in real time repeat once."""
    database = _database()

    def is_meant(item: pytest.Item) -> bool:
        if item.get_closest_marker("postgres"):
            return database == POSTGRES
        return not config.getoption("once") or runs_on(item.nodeid) in (database, BOTH)

    meant: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        meant[is_meant(item)].append(item)
    config.hook.pytest_deselected(items=meant[False])
    items[:] = sorted(meant[True], key=lambda item: not item.nodeid.startswith(SERIAL))
    for item in items:
        if item.nodeid.startswith(REAL_TIME) or item.get_closest_marker("live"):
            item.add_marker(pytest.mark.flaky(reruns=1))
