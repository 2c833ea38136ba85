"""A call of acme's in progress, its agent with a tool at a server of the tests' own, and the worker in its room."""

from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from calls.models import Call
from telephony.models import Agent
from telephony.services.agents import update_agent
from tests.calls.agent.conftest import call, entrance, worker, worker_for
from tests.receiver import Receiver, answer, receiver

__all__ = ["call", "entrance", "worker", "worker_for"]
REQUEST_ID = "0b9f3c1e-3f0e-4c50-9a6c-51c0a6f8d201"
ORDER = {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]}


@pytest.fixture
def shop(settings: Any) -> Iterator[Receiver]:
    """The workspace's own server, which these tests may reach."""
    settings.VOXA_OUTBOUND_ALLOW, settings.VOXA_OUTBOUND_ALLOW_HTTP = ["127.0.0.0/8"], True
    with receiver() as box:
        box.respond = answer(200, b'{"state": "shipped"}')
        yield box


@pytest.fixture
def agent(call: Call, shop: Receiver) -> Agent:
    """The agent of the call, which may find orders."""
    assert call.agent is not None
    tool = {"name": "find_order", "description": "Finds an order.", "parameters": ORDER, "url": shop.url("/orders")}
    return update_agent(call.agent, {"tools": [tool]})


class Asks:
    """Asks as the worker does: for the tool, and then for what came of it. Tasks run when they are sent."""

    def __init__(self, worker: APIClient, commits: Any) -> None:
        self._worker, self._commits = worker, commits

    def begin(self, name: str = "find_order", request_id: str = REQUEST_ID, **arguments: Any) -> Any:
        """Ask for a tool; return the first answer."""
        with self._commits(execute=True):
            return self._worker.post("/internal/agent/tool", {"id": request_id, "name": name, "arguments": arguments})

    def outcome(self, begun: Any) -> Any:
        """Ask for what came of it."""
        return self._worker.get(f"/internal/agent/tool/{begun.json()['id']}")

    def __call__(self, name: str = "find_order", **arguments: Any) -> Any:
        begun = self.begin(name, **arguments)
        return self.outcome(begun) if begun.status_code == 202 else begun


@pytest.fixture
def ask(worker: APIClient, agent: Agent, django_capture_on_commit_callbacks: Any) -> Asks:
    return Asks(worker, django_capture_on_commit_callbacks)
