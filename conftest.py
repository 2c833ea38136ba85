"""Fixtures that every room may use."""

import pytest
from django.conf import settings

pytest_plugins = ["tests.live.fixtures", "tests.sandbox"]


# `make test` runs everything on SQLite and on PostgreSQL, except for two kinds of tests, which run once.
# The database plays no part in them:
ON_SQLITE_ALONE = (
    "tests/admin/test_hostile_ids.py", "tests/agent/", "tests/browser/", "tests/contract/", "tests/core/",
    "tests/frame/", "tests/live/agent/", "tests/live/test_make_run.py", "tests/project/",
    "tests/telephony/livekit_client/", "tests/telephony/sandbox/", "tests/test_architecture.py",
)  # fmt: skip
# They start the processes of an installation, which has PostgreSQL:
ON_POSTGRES_ALONE = (
    "tests/live/calls/", "tests/live/test_bad_input.py", "tests/live/test_dialects.py", "tests/live/test_doctor.py",
    "tests/live/test_import.py", "tests/live/test_killed_worker.py", "tests/live/test_livekit_away.py",
    "tests/live/test_redis_lost.py",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--once`: leave out the tests that the run on the other database has."""
    parser.addoption("--once", action="store_true", help="leave out what the run on the other database has")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what means something on PostgreSQL alone where the tests run on SQLite; see also `--once`."""
    on_postgres = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    elsewhere = ON_SQLITE_ALONE if on_postgres else ON_POSTGRES_ALONE

    def is_meant(item: pytest.Item) -> bool:
        if item.get_closest_marker("postgres"):
            return on_postgres
        return not (config.getoption("once") and item.nodeid.startswith(elsewhere))

    meant: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        meant[is_meant(item)].append(item)
    config.hook.pytest_deselected(items=meant[False])
    items[:] = meant[True]
