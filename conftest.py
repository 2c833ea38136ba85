"""Fixtures that every room may use."""

import pytest
from django.conf import settings

pytest_plugins = ["tests.live.fixtures", "tests.sandbox"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what means something on PostgreSQL alone where the tests run on SQLite; `make test` runs on both."""
    if "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        return
    meant: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        meant[item.get_closest_marker("postgres") is None].append(item)
    config.hook.pytest_deselected(items=meant[False])
    items[:] = meant[True]
