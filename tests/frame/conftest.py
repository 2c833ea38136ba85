from collections.abc import Iterator

import pytest

from tests.receiver import Receiver, receiver


@pytest.fixture
def web() -> Iterator[Receiver]:
    """A real HTTP server on loopback."""
    with receiver() as box:
        yield box
