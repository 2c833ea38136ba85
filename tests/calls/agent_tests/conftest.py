"""An agent of acme's, the sandbox as LiveKit, and the worker in the room of a test conversation."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.models import AgentTest
from telephony.models import Agent
from tests.calls.agent.conftest import WorkerFor, worker_for
from tests.sandbox import SandboxServer

__all__ = ["WorkerFor", "worker_for"]


@pytest.fixture
def livekit(settings: Any, sandbox: SandboxServer) -> SandboxServer:
    settings.LIVEKIT_URL = sandbox.url
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = sandbox.key, sandbox.secret
    return sandbox


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    fields = {"greeting": "Hello {{name|there}}!", "voicemail_action": "hang_up", "ai_provider": "pipeline"}
    return Agent.objects.create(workspace=acme, name="Reception", **fields)


Start = Callable[..., dict[str, Any]]


@pytest.fixture
def start(livekit: SandboxServer, agent: Agent, api: APIClient) -> Start:
    """`start(**body)` starts a test conversation over the API; return the answer."""

    def begin(status: int = 201, **body: Any) -> dict[str, Any]:
        answer = api.post(f"/v1/agents/{agent.pk}/test-sessions", body)
        assert answer.status_code == status, answer.content
        told: dict[str, Any] = answer.json()
        return told

    return begin


@pytest.fixture
def session(start: Start) -> AgentTest:
    """A test conversation that waits for its worker."""
    return AgentTest.objects.select_related("project").get(pk=start()["id"])


@pytest.fixture
def worker(session: AgentTest, worker_for: WorkerFor) -> APIClient:
    return worker_for(session.project, session.room_name)
