"""An inbound call appears from LiveKit's events, with its number, workspace and agent."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Workspace
from calls.choices import CallStatus, Direction, Reason
from calls.livekit.ingest import settle
from calls.models import Call
from telephony.models import PhoneNumber, SipEndpoint, TelephonySettings
from telephony.services.agents import create_agent
from telephony.services.settings import update_settings
from tests.calls.events.conftest import START, Entrance, event, finished, joined, left, make_entrance, store


def ingest(entrance: Entrance, *payloads: dict[str, Any]) -> Call | None:
    for payload in payloads:
        store(entrance.project, payload)
    return settle(entrance.project, entrance.room)


def told(entrance: Entrance, *payloads: dict[str, Any]) -> Call:
    call = ingest(entrance, *payloads)
    assert call is not None
    call.refresh_from_db()
    return call


def test_a_caller_becomes_a_call_in_progress(entrance: Entrance) -> None:
    call = told(entrance, joined(entrance))
    assert (call.workspace, call.number, call.agent) == (entrance.workspace, entrance.number, entrance.agent)
    assert (call.from_number, call.to_number) == ("+12025550177", entrance.number.number)
    assert (call.direction, call.status, call.answered_at) == (Direction.INBOUND, CallStatus.IN_PROGRESS, START)
    assert [line.type for line in call.events.all()] == ["call.ringing", "call.in_progress"]


def test_a_call_rings_until_the_agent_can_be_heard(entrance: Entrance) -> None:
    agent = {"sid": "PA_2", "identity": "agent-1", "kind": "AGENT"}
    call = told(entrance, joined(entrance, "ringing"))
    assert (call.status, call.answered_at) == (CallStatus.RINGING, None)
    call = told(
        entrance,
        event("participant_joined", entrance.room, 1, participant=agent),
        event("track_published", entrance.room, 2, participant={"sid": "PA_2", "identity": "agent-1"}),
    )
    assert (call.status, call.answered_at) == (CallStatus.IN_PROGRESS, START + timedelta(seconds=2))
    assert "agent.joined" in [line.type for line in call.events.all()]


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("CLIENT_INITIATED", Reason.CALLER_HUNG_UP),
        ("ROOM_DELETED", Reason.AGENT_HUNG_UP),
        ("PARTICIPANT_REMOVED", Reason.AGENT_HUNG_UP),
        ("CONNECTION_TIMEOUT", Reason.CONNECTION_LOST),
    ],
)
def test_who_left_tells_why_it_ended(entrance: Entrance, why: str, reason: Reason) -> None:
    call = told(entrance, joined(entrance), left(entrance, 42, why))
    assert (call.status, call.reason, call.duration_seconds) == (CallStatus.COMPLETED, reason, 42)


def test_the_rooms_end_ends_it_where_nothing_else_was_told(entrance: Entrance) -> None:
    call = told(entrance, joined(entrance), finished(entrance, 30))
    assert (call.status, call.duration_seconds) == (CallStatus.COMPLETED, 30)


def test_a_caller_who_gives_up_was_not_answered(entrance: Entrance) -> None:
    ringing = entrance.caller("ringing")
    call = told(entrance, joined(entrance, "ringing"), left(entrance, 5, attributes=ringing["attributes"]))
    assert (call.status, call.reason, call.duration_seconds) == (CallStatus.NO_ANSWER, Reason.CALLER_HUNG_UP, 0)


def test_a_reconnecting_caller_has_not_left(entrance: Entrance) -> None:
    assert told(entrance, joined(entrance), left(entrance, 3, "MIGRATION")).status == CallStatus.IN_PROGRESS


def test_a_number_without_an_agent_falls_back_to_the_default_agent(entrance: Entrance, acme: Workspace) -> None:
    chosen, _ = create_agent(acme, {"name": "Chosen"}), create_agent(acme, {"name": "Newest"})
    update_settings(acme, {"default_agent": chosen})
    assert told(entrance, joined(entrance)).agent == chosen


def test_a_numbers_own_agent_comes_first(entrance: Entrance, acme: Workspace) -> None:
    own = create_agent(acme, {"name": "Own"})
    create_agent(acme, {"name": "Newer"})
    PhoneNumber.objects.filter(pk=entrance.number.pk).update(agent=own)
    assert told(entrance, joined(entrance)).agent == own


def test_a_call_that_nobody_would_take_says_so_and_is_ended(acme: Workspace) -> None:
    entrance = make_entrance(acme, "acmekey", agent=False)
    call = told(entrance, joined(entrance))
    assert (call.agent, call.end_requested) == (None, Reason.NO_AGENT)
    call = told(entrance, left(entrance, 2, "ROOM_DELETED"))
    assert (call.status, call.reason) == (CallStatus.FAILED, Reason.NO_AGENT)


def test_a_number_written_without_its_plus_is_found(entrance: Entrance) -> None:
    payload = joined(entrance)
    payload["participant"]["attributes"]["sip.trunkPhoneNumber"] = entrance.number.number.removeprefix("+")
    assert told(entrance, payload).number == entrance.number


def test_a_caller_of_a_sip_endpoint_reaches_its_agent(entrance: Entrance, acme: Workspace) -> None:
    agent = create_agent(acme, {"name": "Desk"})
    endpoint = SipEndpoint.objects.create(
        workspace=acme, agent=agent, name="Desk", sip_username="desk", sip_password="x" * 20
    )
    payload = joined(entrance)
    del payload["participant"]["attributes"]["voxa.trunk"]
    payload["participant"]["attributes"]["voxa.endpoint"] = str(endpoint.pk)
    call = told(entrance, payload)
    assert (call.agent, call.to_number, call.trunk) == (agent, "desk.acme", None)


@pytest.mark.parametrize("trunk", ["", "nonsense", "6f1c2c52-6f0a-4f0e-9d5c-0d8f5a3b7e11"])
def test_a_caller_of_no_trunk_of_ours_is_no_call(entrance: Entrance, trunk: str) -> None:
    payload = joined(entrance)
    payload["participant"]["attributes"]["voxa.trunk"] = trunk
    assert ingest(entrance, payload) is None
    assert not Call.objects.exists()


def test_a_neighbours_trunk_in_another_project_is_no_call(entrance: Entrance, globex: Workspace) -> None:
    theirs = make_entrance(globex, "globexkey")
    payload = joined(entrance)
    payload["participant"]["attributes"]["voxa.trunk"] = str(theirs.trunk.pk)
    assert ingest(entrance, payload) is None


def test_the_trunks_workspace_decides_whatever_the_attributes_say(entrance: Entrance, globex: Workspace) -> None:
    TelephonySettings.of(globex.pk)
    TelephonySettings.objects.filter(pk=globex.pk).update(project=entrance.project)
    payload = joined(entrance)
    payload["participant"]["attributes"]["voxa.workspace"] = str(globex.pk)
    assert told(entrance, payload).workspace == entrance.workspace


def test_an_event_of_another_project_does_not_end_a_call(entrance: Entrance, globex: Workspace) -> None:
    theirs = make_entrance(globex, "globexkey")
    call = told(entrance, joined(entrance))
    store(theirs.project, finished(entrance, 9))
    settle(theirs.project, entrance.room)
    call.refresh_from_db()
    assert call.status == CallStatus.IN_PROGRESS


def test_rooms_of_others_are_left_alone(entrance: Entrance) -> None:
    entrance.room = "standup"
    assert ingest(entrance, joined(entrance)) is None
