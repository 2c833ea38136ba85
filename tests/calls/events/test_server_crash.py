"""LiveKit's server crashed with a call up: the phone comes back under a new id, the dead agent stays in the list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from calls.choices import AgentState, CallStatus, Reason
from calls.livekit import room_monitor
from calls.livekit.ingest import settle
from calls.models import Call
from telephony.livekit.rooms import Participant, Room
from telephony.models import TelephonySettings
from tests.calls.events.conftest import START, Entrance, event, joined, left, store

pytestmark = pytest.mark.django_db


def again(entrance: Entrance, seconds: int) -> dict[str, Any]:
    """The phone joins anew, as ringing."""
    at = str(int((START + timedelta(seconds=seconds)).timestamp() * 1000))
    who = {**entrance.caller("ringing"), "sid": "PA_2", "joinedAtMs": at}
    return event("participant_joined", entrance.room, seconds, participant=who)


@pytest.fixture
def call(entrance: Entrance) -> Call:
    """An answered call with an agent, at the moment when the phone is back after a crash."""
    agent = {"sid": "PA_A", "identity": "agent-1", "kind": "AGENT"}
    for payload in (joined(entrance), event("participant_joined", entrance.room, 1, participant=agent)):
        store(entrance.project, payload)
    assert settle(entrance.project, entrance.room) is not None
    store(entrance.project, again(entrance, 60))
    found = settle(entrance.project, entrance.room)
    assert found is not None
    return found


def test_a_status_that_falls_and_a_new_id_undo_no_answer(call: Call) -> None:
    assert (call.status, call.answered_at) == (CallStatus.IN_PROGRESS, START)
    assert call.events.filter(type="phone.rejoined").count() == 1
    settle(call.project, call.room_name)
    assert call.events.filter(type="phone.rejoined").count() == 1


def test_a_caller_who_hangs_up_after_it_is_told_as_the_caller(entrance: Entrance, call: Call) -> None:
    who = {**entrance.caller("hangup"), "sid": "PA_2"}
    store(entrance.project, left(entrance, 90, sid="PA_2", attributes=who["attributes"]))
    ended = settle(entrance.project, entrance.room)
    assert ended is not None
    assert (ended.status, ended.reason) == (CallStatus.COMPLETED, Reason.CALLER_HUNG_UP)
    assert (ended.answered_at, ended.duration_seconds) == (START, 90)


Look = Callable[..., list[str]]


@pytest.fixture
def look(call: Call, entrance: Entrance, monkeypatch: pytest.MonkeyPatch) -> Look:
    """`look(agents=...)` watches once with these agents in the list; gives what LiveKit was asked for."""
    asked: list[str] = []
    back = int((START + timedelta(seconds=60)).timestamp())

    class Client:
        def __init__(self, agents: tuple[tuple[str, int], ...]) -> None:
            phone = Participant("sip_+12025550177", "PA_2", "sip", entrance.caller("ringing")["attributes"], back)
            self.people = [phone, *(Participant(name, f"PA_{name}", "agent", {}, back + at) for name, at in agents)]

        def run(self, operation: Any) -> Any:
            return operation()

    def run(agents: tuple[tuple[str, int], ...] = (("agent-1", -59),)) -> list[str]:
        asked.clear()
        client = Client(agents)
        monkeypatch.setattr(room_monitor, "client_for", lambda project: client)
        monkeypatch.setattr(room_monitor, "rooms", lambda: lambda: [Room(call.room_name, 1, 2)])
        monkeypatch.setattr(room_monitor, "participants", lambda room: lambda: client.people)
        monkeypatch.setattr(room_monitor, "dispatch_agent", lambda *a, **k: lambda: asked.append("dispatch"))
        monkeypatch.setattr(room_monitor, "remove_participant", lambda room, who: lambda: asked.append(f"remove {who}"))
        room_monitor.watch(call.project)
        call.refresh_from_db()
        return list(asked)

    return run


def test_a_dead_agent_that_is_still_listed_is_replaced_at_once(look: Look, call: Call) -> None:
    assert look() == ["remove agent-1", "dispatch"]
    assert call.events.filter(type="agent.left").exists()
    assert look() == []  # the next one is on its way
    assert look((("agent-1", -59), ("agent-2", 3))) == []
    assert (call.status, call.end_requested) == (CallStatus.IN_PROGRESS, "")


def test_where_no_agent_comes_the_call_ends_with_that_reason(look: Look, call: Call) -> None:
    look()
    Call.objects.update(agent_state_at=timezone.now() - timedelta(seconds=11))
    look()
    assert call.end_requested == Reason.WORKER_LOST


def test_a_workspace_that_asks_for_no_second_agent_has_its_call_ended(look: Look, call: Call) -> None:
    TelephonySettings.objects.filter(pk=call.workspace_id).update(agent_absent="end")
    assert look() == []
    assert call.agent_state == AgentState.LEFT
    Call.objects.update(agent_state_at=timezone.now() - timedelta(seconds=11))
    look()
    assert call.end_requested == Reason.WORKER_LOST


def test_an_agent_that_came_after_the_phone_is_alive(look: Look, call: Call) -> None:
    assert look((("agent-2", 2),)) == []
    assert not call.events.filter(type="agent.absent").exists()
