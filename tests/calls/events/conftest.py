"""Acme's inbound number on a LiveKit project of its own, and that project's events, signed as LiveKit signs them."""

import base64
import hashlib
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from livekit.api import AccessToken

from accounts.models import Workspace
from calls.models import LiveKitEvent
from telephony.models import Agent, LiveKitProject, PhoneNumber, TelephonySettings, Trunk
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRET = "a-secret-of-32-characters-or-more-for-tests"
_ids = itertools.count(1)


def project_of(workspace: Workspace, key: str) -> LiveKitProject:
    """Return a workspace a LiveKit project of its own."""
    project = LiveKitProject.objects.create(
        name=key, url=f"ws://{key}.example.org", api_key=key, api_secret=SECRET + key
    )
    TelephonySettings.of(workspace.pk)
    TelephonySettings.objects.filter(pk=workspace.pk).update(project=project)
    return project


@dataclass
class Entrance:
    """A number of a workspace that can be called."""

    workspace: Workspace
    project: LiveKitProject
    trunk: Trunk
    number: PhoneNumber
    agent: Agent | None
    room: str = "call-_+12025550177_abc"
    attributes: dict[str, str] = field(default_factory=dict)

    def caller(self, status: str = "active", **more: str) -> dict[str, Any]:
        """Return the caller as LiveKit describes one."""
        attributes = {
            "voxa.workspace": str(self.workspace.pk),
            "voxa.trunk": str(self.trunk.pk),
            "sip.phoneNumber": "+12025550177",
            "sip.trunkPhoneNumber": self.number.number,
            "sip.callStatus": status,
        }
        return {"sid": "PA_1", "identity": "sip_+12025550177", "kind": "SIP", "attributes": {**attributes, **more}}


def make_entrance(workspace: Workspace, key: str, number: str = "+12025550100", *, agent: bool = True) -> Entrance:
    project = project_of(workspace, key)
    trunk = create_trunk(workspace, {"name": "In", "gateways": [{"ip_or_domain": "192.0.2.10"}]})
    who = create_agent(workspace, {"name": "Receptionist"}) if agent else None
    return Entrance(workspace, project, trunk, add_number(trunk, number), who)


@pytest.fixture
def entrance(acme: Workspace) -> Entrance:
    return make_entrance(acme, "acmekey")


def event(name: str, room: str, seconds: int = 0, **more: Any) -> dict[str, Any]:
    """Return an event as LiveKit sends it, so many seconds after START."""
    at = START + timedelta(seconds=seconds)
    participant = more.get("participant")
    if participant is not None:
        more["participant"] = {"joinedAtMs": str(int(START.timestamp() * 1000)), **participant}
    created = str(int(at.timestamp()))
    return {"event": name, "id": f"EV_{next(_ids)}", "createdAt": created, "room": {"name": room}, **more}


def joined(entrance: Entrance, status: str = "active", seconds: int = 0) -> dict[str, Any]:
    return event("participant_joined", entrance.room, seconds, participant=entrance.caller(status))


def left(entrance: Entrance, seconds: int, why: str = "CLIENT_INITIATED", **who: Any) -> dict[str, Any]:
    return event(
        "participant_left", entrance.room, seconds, participant={**entrance.caller(), "disconnectReason": why, **who}
    )


def finished(entrance: Entrance, seconds: int) -> dict[str, Any]:
    return event("room_finished", entrance.room, seconds)


def store(project: LiveKitProject, payload: dict[str, Any]) -> LiveKitEvent:
    """Store an event as the webhook does; one that is there already is given back."""
    row, _ = LiveKitEvent.objects.get_or_create(
        project=project,
        event_id=payload["id"],
        defaults={"type": payload["event"], "room_name": payload["room"]["name"], "payload": payload},
    )
    return row


def signed(body: str, key: str, secret: str, **change: Any) -> str:
    """Return the token that LiveKit sends with a body."""
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    token = AccessToken(key, secret).with_sha256(digest).with_ttl(change.get("ttl", timedelta(minutes=5)))
    return token.to_jwt()


Deliver = Callable[..., Any]


@pytest.fixture
def deliver(client: Client, django_capture_on_commit_callbacks: Any) -> Deliver:
    """`deliver(project, payload)` sends an event as LiveKit does and runs what follows; gives the answer."""

    def send(project: LiveKitProject, payload: dict[str, Any], **more: Any) -> Any:
        body = more.get("body", json.dumps(payload))
        token = more.get("token", signed(body, *project.credentials))
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(
                "/livekit/webhook",
                more.get("sent", body),
                content_type="application/webhook+json",
                headers={"authorization": token},
            )

    return send
