"""A caller in the room of acme's number, whose endpoint is a server of the tests' own, and the worker in the room."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from calls.livekit.ingest import settle
from calls.models import Call, Event
from telephony.models import PhoneNumber
from telephony.services.agents import create_agent
from telephony.services.settings import update_settings
from tests.calls.agent.conftest import worker_for
from tests.calls.events.conftest import Entrance, entrance, joined, store
from tests.receiver import Receiver, answer, receiver

__all__ = ["entrance", "worker_for"]
SECRET = "whsec_" + "QUJD" * 11
Comes = Callable[..., Call]


@pytest.fixture
def endpoint(settings: Any, entrance: Entrance) -> Iterator[Receiver]:
    """The endpoint that acme's settings name; `says` in its tests is what it answers."""
    settings.VOXA_OUTBOUND_ALLOW, settings.VOXA_OUTBOUND_ALLOW_HTTP = ["127.0.0.0/8"], True
    with receiver() as box:
        update_settings(
            entrance.workspace, {"assistant_request_url": box.url("/in"), "assistant_request_secret": SECRET}
        )
        yield box


@pytest.fixture
def comes(entrance: Entrance, django_capture_on_commit_callbacks: Any) -> Comes:
    """`comes()` lets the caller in and returns the call; tasks run when they are sent."""

    def make(*, tasks: bool = True) -> Call:
        store(entrance.project, joined(entrance, status="ringing"))
        with django_capture_on_commit_callbacks(execute=tasks):
            call = settle(entrance.project, entrance.room)
        assert call is not None
        call.refresh_from_db()
        return call

    return make


def says(box: Receiver, **answered: Any) -> None:
    box.respond = answer(200, json.dumps(answered).encode())


def told(call: Call, kind: str) -> dict[str, Any]:
    """Return the data of a call's only event of a type."""
    data: dict[str, Any] = Event.objects.get(call=call, type=kind).data
    return data


@pytest.fixture
def second_agent(entrance: Entrance) -> Any:
    """Another agent of acme's. The number keeps its own."""
    assert entrance.agent is not None
    PhoneNumber.objects.update(agent=entrance.agent)
    return create_agent(entrance.workspace, {"name": "Night desk", "greeting": "Hello {{name|there}}"})
