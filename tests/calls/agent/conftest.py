"""An inbound call of acme's under way, and a worker that speaks for it."""

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from rest_framework.test import APIClient

from calls.livekit.ingest import settle
from calls.models import Call
from telephony.models import Agent, LiveKitProject
from tests.calls.events.conftest import Entrance, entrance, joined, store

__all__ = ["entrance"]
SESSION, REPORT = "/internal/agent/session", "/internal/agent/report"


def token(project: LiveKitProject, room: str = "", secret: str = "", **claims: Any) -> str:
    """Return a worker's token; `claims` replace its own, None leaves one out."""
    key, own = project.credentials
    now = int(time.time())
    said = {"iss": key, "aud": "voxa-worker", "iat": now, "exp": now + 60, "room": room, **claims}
    return jwt.encode({name: value for name, value in said.items() if value is not None}, secret or own, "HS256")


@pytest.fixture
def call(entrance: Entrance) -> Call:
    """A caller who is in the room."""
    store(entrance.project, joined(entrance))
    call = settle(entrance.project, entrance.room)
    assert call is not None
    assert call.agent_id is not None
    Agent.objects.filter(pk=call.agent_id).update(greeting="Acme, good morning!")
    return call


WorkerFor = Callable[..., APIClient]


@pytest.fixture
def worker_for() -> WorkerFor:
    """`worker_for(project, room)` gives a worker's client; without a room it speaks for itself."""

    def make(project: LiveKitProject, room: str = "", **claims: Any) -> APIClient:
        text = token(project, room, **claims)
        return APIClient(raise_request_exception=False, HTTP_AUTHORIZATION=f"Bearer {text}")

    return make


@pytest.fixture
def worker(worker_for: WorkerFor, call: Call) -> APIClient:
    """A worker in the call's room."""
    return worker_for(call.project, call.room_name)
