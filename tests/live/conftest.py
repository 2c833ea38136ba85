"""A running Voxa in front of the real LiveKit server."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.live.installation import Api, Installation, Template
from tests.live.servers import LiveKitServer, RedisServer

counter = itertools.count(1)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, livekit_process: LiveKitServer) -> Template:
    """The database that each file's installation begins from."""
    return Template(tmp_path_factory.mktemp("template"), livekit_process)


@pytest.fixture(scope="module")
def new_installation(
    tmp_path_factory: pytest.TempPathFactory, template: Template, redis_server: RedisServer
) -> Callable[..., Installation]:
    """`new_installation(**environment)` makes one, not started, with database, broker and LiveKit as good as new."""

    def make(**environment: str) -> Installation:
        template.server.start()
        template.server.flush_redis()
        redis_server.flush()
        return Installation(tmp_path_factory.mktemp("installation"), template, redis_server, **environment)

    return make


@pytest.fixture(scope="module")
def installation_process(new_installation: Callable[..., Installation]) -> Iterator[Installation]:
    """Web, worker and beat for all tests of a file."""
    installation = new_installation()
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


@pytest.fixture
def installation(installation_process: Installation, livekit_server: LiveKitServer) -> Installation:
    """The installation, with LiveKit up."""
    return installation_process


@pytest.fixture
def acme_api(installation: Installation) -> Iterator[Api]:
    """Acme's key; the workspace is shared by a file's tests, which look at what they made themselves."""
    with installation.api("acme") as api:
        yield api


@pytest.fixture
def globex_api(installation: Installation) -> Iterator[Api]:
    """Another workspace's key."""
    with installation.api("globex") as api:
        yield api


@pytest.fixture
def number() -> str:
    """A number no other test uses."""
    return f"+1555010{next(counter):04}"
