"""A host of pages and embeddings on loopback, an agent whose provider it is, and sources that are read at once."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import Workspace
from telephony.models import Agent, KnowledgeSource
from telephony.services.agents import create_agent
from telephony.services.knowledge import read
from telephony.services.knowledge.read import read_source
from tests.receiver import Receiver, answer, receiver

KNOWLEDGE = "/v1/knowledge"
MEANINGS = (("open", "nine", "hours", "come by"), ("euros", "price", "expensive"), ("dog", "animal"))
HOURS = "# Visits\n\n## Opening hours\n\nWe are open from nine to five.\n\n## Pets\n\nEvery dog is welcome.\n"


class Host:
    """Answers `/v1/embeddings` by the words that a text has, and paths with the pages it is told."""

    def __init__(self, box: Receiver) -> None:
        self.box, self.pages, self.refuses = box, dict[str, tuple[int, bytes, dict[str, str]]](), 0

    def page(self, path: str, body: bytes, status: int = 200, **headers: str) -> str:
        self.pages[path] = (status, body, {"Content_Type": "text/html", **headers})
        return self.box.url(path)

    @property
    def embedded(self) -> list[dict[str, Any]]:
        """What was asked of the embeddings endpoint."""
        return [json.loads(one.body) for one in self.box.requests if one.path == "/v1/embeddings"]

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/v1/embeddings":
            if self.refuses:
                return answer(self.refuses)(handler)
            texts = json.loads(self.box.requests[-1].body)["input"]
            rows = [{"index": place, "embedding": _vector(text)} for place, text in enumerate(texts)]
            return answer(200, json.dumps({"data": rows[::-1]}).encode())(handler)
        status, body, headers = self.pages.get(handler.path, (404, b"", {}))
        return answer(status, body, **headers)(handler)


def _vector(text: str) -> list[float]:
    return [0.01 + sum(text.lower().count(word) for word in words) for words in MEANINGS]


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The tasks that were sent while sources are read. They do not run."""
    tasks: list[Any] = []
    monkeypatch.setattr(read, "publish", lambda *args: tasks.append(args))
    return tasks


@pytest.fixture
def host(settings: Any) -> Iterator[Host]:
    settings.VOXA_OUTBOUND_ALLOW, settings.VOXA_OUTBOUND_ALLOW_HTTP = ["127.0.0.0/8"], True
    with receiver() as box:
        found = Host(box)
        box.respond = found.respond
        yield found


@pytest.fixture
def agent(acme: Workspace, host: Host) -> Agent:
    """An agent whose models are the host's."""
    return create_agent(
        acme, {"name": "Desk", "ai_provider": "pipeline", "base_url": host.box.url("/v1"), "provider_key": "sk-models"}
    )


@pytest.fixture
def silent_agent(acme: Workspace) -> Agent:
    """An agent of a provider without embeddings."""
    data = {"name": "Eleven", "ai_provider": "elevenlabs", "provider_agent_id": "a", "provider_key": "sk-eleven"}
    return create_agent(acme, data)


Adds = Callable[..., KnowledgeSource]


@pytest.fixture
def add(api: APIClient) -> Adds:
    """`add(agents, content, filename)` uploads a file, reads it, and returns the row."""

    def upload(agents: list[Agent], content: bytes | str = HOURS, filename: str = "hours.md") -> KnowledgeSource:
        return read_now(upload_file(api, content, filename, agentIds=[str(one.pk) for one in agents]).json()["id"])

    return upload


def upload_file(api: APIClient, content: bytes | str, filename: str = "hours.md", **form: Any) -> Any:
    """Upload a file by the API."""
    data = content.encode() if isinstance(content, str) else content
    return api.post(KNOWLEDGE, {"file": SimpleUploadedFile(filename, data), **form}, format="multipart")


def read_now(pk: Any) -> KnowledgeSource:
    """Run the task of a source."""
    read_source(pk)
    return KnowledgeSource.objects.get(pk=pk)
