"""A running Voxa in front of the real LiveKit server."""

import itertools
from collections.abc import Iterator

import pytest

from tests.live.installation import Api, Installation
from tests.live.servers import LiveKitServer, RedisServer

counter = itertools.count(1)


@pytest.fixture(scope="module")
def installation_process(
    tmp_path_factory: pytest.TempPathFactory, livekit_process: LiveKitServer, redis_server: RedisServer
) -> Iterator[Installation]:
    """Web, worker and beat with a database and a broker of the file's own."""
    livekit_process.start()
    livekit_process.flush_redis()
    redis_server.flush()
    installation = Installation(tmp_path_factory.mktemp("installation"), livekit_process, redis_server)
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


@pytest.fixture
def installation(installation_process: Installation, livekit_server: LiveKitServer) -> Installation:
    """The installation, with LiveKit up and the worker running."""
    if not installation_process.worker.running:
        installation_process.worker.start()
    return installation_process


@pytest.fixture(scope="module")
def acme_key(installation_process: Installation) -> Api:
    return installation_process.workspace("Acme")


@pytest.fixture(scope="module")
def globex_key(installation_process: Installation) -> Api:
    return installation_process.workspace("Globex")


@pytest.fixture
def acme_api(acme_key: Api, installation: Installation) -> Api:
    """Acme's key; the workspace is shared by a file's tests, which look at what they made themselves."""
    return acme_key


@pytest.fixture
def globex_api(globex_key: Api, installation: Installation) -> Api:
    """Another workspace's key."""
    return globex_key


@pytest.fixture
def number() -> str:
    """A number no other test uses."""
    return f"+1555010{next(counter):04}"
