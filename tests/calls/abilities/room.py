"""A LiveKit whose room holds who is put into it, in place of the one that a service asks."""

import json
from typing import Any

import pytest

from telephony.livekit.rooms import Participant

AGENT, PHONE = Participant("agent-1", "PA_2", "agent", {}, 0), Participant("phone", "PA_1", "sip", {}, 0)


class Room:
    """Keeps what it was asked to send; raises `error` if it is set."""

    def __init__(self) -> None:
        self.people = [AGENT, PHONE]
        self.sent: list[dict[str, Any]] = []
        self.error: Exception | None = None

    def run(self, asked: Any) -> Any:
        if self.error is not None:
            raise self.error
        if asked == "participants":
            return self.people
        self.sent.append(asked)
        return None


def room_of(service: str, monkeypatch: pytest.MonkeyPatch) -> Room:
    """Return the room that a module of `calls.services` finds and sends to from now on."""
    room = Room()
    monkeypatch.setattr(f"calls.services.{service}.client_for", lambda project: room)
    monkeypatch.setattr(f"calls.services.{service}.participants", lambda name: "participants")
    monkeypatch.setattr(
        f"calls.services.{service}.send_data",
        lambda name, data, topic, identities: {"to": identities, "topic": topic, **json.loads(data)},
    )
    return room
