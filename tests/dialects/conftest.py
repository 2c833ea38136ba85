"""Examples of the documents, run as they stand."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.models import ApiKey, Workspace
from tests.dialects.providers import Providers
from tests.faults import FaultyServer, faulty_server
from tests.receiver import receiver
from tests.sandbox import SandboxServer


@dataclass(frozen=True)
class Answer:
    """What a server answered to curl; header names are in small letters."""

    status: int
    headers: dict[str, str]
    body: Any


class Shell:
    """Runs curl as a document prints it, but for the base URL and the key."""

    def __init__(self, base: str, key: str) -> None:
        self.base, self.key = base, key

    def run(self, example: str) -> Answer:
        """Run one example. `$BASE` and `$KEY` stand for what a reader replaces."""
        script = """curl() { command curl -sS -i "$@"; }\n""" + example
        environment = {**os.environ, "BASE": self.base, "KEY": self.key, "NO_PROXY": "*"}
        done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=True)
        head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
        status, *lines = head.split("\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return Answer(int(status.split()[1]), headers, json.loads(body) if body else None)


@pytest.fixture
def providers(settings: Any) -> Iterator[Providers]:
    """OpenAI and ElevenLabs, as Voxa reaches them."""
    with receiver() as box:
        settings.OPENAI_BASE_URL = f"http://127.0.0.1:{box.port}/v1"
        settings.ELEVENLABS_BASE_URL = f"http://127.0.0.1:{box.port}"
        yield Providers(box)


@pytest.fixture
def shell(live_server: LiveServer, acme: Workspace, make_key: Callable[..., tuple[ApiKey, str]]) -> Shell:
    """Acme's shell."""
    return Shell(live_server.url, make_key(acme)[1])


@pytest.fixture
def faults(sandbox: SandboxServer, settings: Any) -> Iterator[FaultyServer]:
    """LiveKit's sandbox as the default project, behind a server that fails on demand."""
    with faulty_server(sandbox.http_url) as server:
        settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = server.url, sandbox.key
        settings.LIVEKIT_API_SECRET = sandbox.secret
        yield server
