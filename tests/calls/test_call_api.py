"""`/v1/calls`: placing, reading, sending, calling off."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from calls.choices import CallStatus, Reason
from calls.models import Call, Event
from calls.services.place import NOT_CONFIGURED
from calls.services.timeline import advance
from telephony.choices import TrunkStatus
from telephony.models import LiveKitProject, TelephonySettings, Trunk
from telephony.services.agents import create_agent
from tests.calls.conftest import CALLEE, Line, make_line
from tests.conftest import ApiFor

CALLS = "/v1/calls"
SOON = f"{timezone.now() + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
FIELDS = [
    "id", "direction", "status", "reason", "to", "from", "trunkId", "agentId", "agentRevision", "roomName", "sipCallId",
    "livekitCallId", "sipStatusCode", "attempts",
    "scheduledAt", "notAfter", "queuedAt", "startedAt", "answeredAt", "endedAt", "durationSeconds", "metadata",
    "variables", "agentOverrides",
]  # fmt: skip


@pytest.fixture
def body(line: Line) -> dict[str, Any]:
    return {"to": CALLEE, "from": line.number.number, "agentId": str(line.agent.pk)}


def wrong(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.content
    return {detail["field"]: detail["code"] for detail in answer.json()["error"]["details"]}


def configured(line: Line) -> None:
    project = LiveKitProject.objects.create(name="P", url="ws://livekit.test", api_key="k", api_secret="s" * 40)
    TelephonySettings.objects.filter(pk=line.workspace.pk).update(project=project)


def test_a_call_is_queued_and_shown_with_every_field(api: APIClient, line: Line, body: dict[str, Any]) -> None:
    answer = api.post(CALLS, {**body, "metadata": {"order": 7}, "scheduledAt": SOON})
    assert answer.status_code == 201
    made = answer.json()
    assert list(made) == FIELDS
    assert (made["status"], made["direction"], made["trunkId"]) == ("queued", "outbound", str(line.trunk.pk))
    assert (made["metadata"], made["attempts"], made["scheduledAt"]) == ({"order": 7}, [], SOON)
    assert api.get(f"{CALLS}/{made['id']}").json() == made
    assert api.get(CALLS).json()["results"] == [made]


def test_repeating_a_request_with_its_key_places_one_call(api: APIClient, body: dict[str, Any]) -> None:
    first, second = (api.post(CALLS, body, headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert first.json() == second.json()
    assert Call.objects.count() == 1


def test_every_wrong_field_is_named_in_one_answer(api: APIClient, line: Line) -> None:
    assert wrong(api.post(CALLS, {})) == {"to": "required", "from": "required", "agentId": "required"}
    body = {
        "to": "2025550123 x7",
        "from": "+12025559999",
        "agentId": str(uuid4()),
        "trunkId": "ST_none",
        "scheduledAt": "soon",
        "maxDurationSeconds": 5,
        "metadata": {"note": "x" * 9000},
        "priority": 1,
    }
    assert wrong(api.post(CALLS, body)) == {
        "to": "extension",
        "from": Reason.CALLER_ID,
        "agentId": "not_found",
        "trunkId": "not_found",
        "scheduledAt": "invalid",
        "maxDurationSeconds": "min_value",
        "metadata": "too_long",
        "priority": "unknown_field",
    }
    far = f"{timezone.now().year + 2}-01-01T00:00:00Z"
    assert wrong(api.post(CALLS, {"to": CALLEE, "from": "?", "agentId": "?", "scheduledAt": far})) == {
        "from": "invalid", "agentId": "invalid", "scheduledAt": "scheduled_at",
    }  # fmt: skip


def test_a_neighbours_agent_trunk_and_number_do_not_exist_here(
    api: APIClient, globex: Workspace, body: dict[str, Any]
) -> None:
    theirs = make_line(globex, "+12025550111")
    body |= {"from": "+12025550111", "agentId": str(theirs.agent.pk), "trunkId": str(theirs.trunk.pk)}
    assert wrong(api.post(CALLS, body)) == {
        "from": Reason.CALLER_ID, "agentId": "not_found", "trunkId": "not_found",
    }  # fmt: skip


def test_an_agent_must_be_active_and_make_calls(api: APIClient, acme: Workspace, body: dict[str, Any]) -> None:
    for fields in ({"active": False}, {"direction": "inbound"}):
        agent = create_agent(acme, {"name": "Other", **fields})
        assert wrong(api.post(CALLS, {**body, "agentId": str(agent.pk)})) == {"agentId": "agent"}


@pytest.mark.parametrize("former", [False, True])
def test_a_trunk_is_chosen_by_uuid_or_by_its_id_in_livekit(
    api: APIClient, line: Line, body: dict[str, Any], former: bool
) -> None:
    wanted = line.trunk.livekit_objects.get().livekit_id if former else str(line.trunk.pk)
    assert api.post(CALLS, {**body, "trunkId": wanted}).json()["trunkId"] == str(line.trunk.pk)
    assert Call.objects.get().trunk_chosen


def test_a_trunk_that_hands_calls_over_places_none(api: APIClient, line: Line, body: dict[str, Any]) -> None:
    Trunk.objects.update(for_transfers=True)
    assert wrong(api.post(CALLS, {**body, "trunkId": str(line.trunk.pk)})) == {"trunkId": "for_transfers"}


@pytest.mark.parametrize(
    ("status", "stood_before", "accepted"),
    [("active", True, True), ("pending", True, True), ("pending", False, False), ("failed", True, False)],
)
def test_a_caller_id_is_verified_on_a_trunk_that_is_active_or_being_changed(
    api: APIClient, line: Line, body: dict[str, Any], status: str, stood_before: bool, accepted: bool
) -> None:
    configured(line)
    Trunk.objects.update(status=status, synced_at=timezone.now() if stood_before else None)
    answer = api.post(CALLS, body)
    assert answer.status_code == 201 if accepted else wrong(answer) == {"from": Reason.CALLER_ID}


def test_without_livekit_a_call_waits_and_dispatch_says_so(api: APIClient, line: Line, body: dict[str, Any]) -> None:
    Trunk.objects.update(status=TrunkStatus.PENDING)
    call = api.post(CALLS, body).json()
    answer = api.post(f"{CALLS}/{call['id']}/dispatch")
    assert answer.status_code == 503
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == ("telephony_not_configured", NOT_CONFIGURED)
    assert api.get(f"{CALLS}/{call['id']}").json()["status"] == "queued"


def test_dispatch_makes_a_scheduled_call_due(api: APIClient, line: Line) -> None:
    configured(line)
    call = line.place(scheduled_at=timezone.now() + timedelta(hours=1))
    answer = api.post(f"{CALLS}/{call.pk}/dispatch")
    assert (answer.status_code, answer.json()["id"]) == (202, str(call.pk))
    call.refresh_from_db()
    assert call.due_at is not None
    assert call.due_at <= timezone.now()


def test_cancelling_ends_a_queued_call_once(api: APIClient, line: Line) -> None:
    call = line.place()
    answer = api.post(f"{CALLS}/{call.pk}/cancel")
    assert (answer.status_code, answer.json()["status"], answer.json()["reason"]) == (202, "canceled", "canceled")
    again = api.post(f"{CALLS}/{call.pk}/cancel")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_cancelable")
    assert api.post(f"{CALLS}/{call.pk}/hangup").json()["error"]["code"] == "not_live"


def test_hanging_up_asks_for_the_end_of_a_call_under_way(api: APIClient, line: Line) -> None:
    call = line.place()
    Call.objects.update(status=CallStatus.DIALING)
    advance(call, CallStatus.IN_PROGRESS, timezone.now(), answered_at=timezone.now())
    assert api.post(f"{CALLS}/{call.pk}/hangup").status_code == 202
    call.refresh_from_db()
    assert call.end_requested == Reason.HUNG_UP
    assert api.post(f"{CALLS}/{call.pk}/dispatch").status_code == 503


def test_the_timeline_is_told_from_the_beginning(api: APIClient, line: Line) -> None:
    call = line.place()
    api.post(f"{CALLS}/{call.pk}/cancel")
    told = api.get(f"{CALLS}/{call.pk}/events").json()["results"]
    assert [(one["type"], one["attempt"]) for one in told] == [("call.queued", None), ("call.canceled", None)]
    assert told[1]["data"] == {"reason": "canceled"}
    assert Event.objects.filter(call=call).count() == 2


def test_an_outsider_finds_no_call(outsider_api: APIClient, line: Line) -> None:
    call = line.place()
    assert outsider_api.get(CALLS).json()["results"] == []
    for path in ("", "/events"):
        assert outsider_api.get(f"{CALLS}/{call.pk}{path}").status_code == 404
    for action in ("dispatch", "cancel", "hangup"):
        assert outsider_api.post(f"{CALLS}/{call.pk}/{action}").status_code == 404
    call.refresh_from_db()
    assert (call.status, call.end_requested) == ("queued", "")


def test_scopes_of_reading_and_writing(api_for: ApiFor, acme: Workspace, line: Line, body: dict[str, Any]) -> None:
    reader, writer = api_for(acme, Scope.CALLS_READ), api_for(acme, Scope.CALLS_WRITE)
    assert reader.post(CALLS, body).status_code == 403
    assert writer.get(CALLS).status_code == 403
    call = writer.post(CALLS, body).json()["id"]
    assert reader.get(f"{CALLS}/{call}/events").status_code == 200
    assert reader.post(f"{CALLS}/{call}/cancel").status_code == 403


def test_a_list_costs_three_queries(
    api: APIClient, line: Line, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        line.place()
    api.get(CALLS)  # notes that the key is in use, once a minute
    with django_assert_num_queries(3):  # key, calls, attempts
        assert len(api.get(CALLS).json()["results"]) == 3
