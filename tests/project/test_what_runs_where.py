"""What `make test` runs on one database only."""

from pathlib import Path

import pytest
from django.conf import settings

from conftest import BOTH, POSTGRES, RUNS_ON, SQLITE, runs_on


@pytest.mark.parametrize("start", RUNS_ON)
def test_what_is_named_is_there(start: str) -> None:
    assert [*Path(settings.BASE_DIR).glob(f"{start}*")]


def test_the_longest_beginning_counts() -> None:
    assert runs_on("tests/admin/test_usage.py::test_a") == BOTH
    assert runs_on("tests/admin/test_webhooks.py::test_a") == SQLITE
    assert runs_on("tests/live/test_import.py::test_a") == POSTGRES
    assert runs_on("tests/calls/test_new.py::test_a") == BOTH
