"""A sandbox whose phones ring for a moment, and lines through it."""

from collections.abc import Callable, Iterator

import pytest

from accounts.models import Workspace
from tests.calls.sandbox_lines import SandboxLine, make_line
from tests.sandbox import SandboxServer


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A phone rings for 1.6 s, so that a look each second sees it; a silent gateway is given up after 1 s."""
    server = SandboxServer(ring=1.6, silence=1)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def line_over(transactional_db: None, sandbox: SandboxServer, acme: Workspace) -> Callable[..., SandboxLine]:
    """`line_over("silent.example.org", "sip.example.org")` gives a line over these gateways."""
    return lambda *addresses, **trunk: make_line(acme, sandbox, *addresses, **trunk)
