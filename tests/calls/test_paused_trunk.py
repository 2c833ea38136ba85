"""New outbound calls over a paused trunk wait; inbound calls, other trunks and calls in progress go on."""

import uuid
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.choices import CallStatus, Reason, TransferMode
from calls.dialer.attempts import apply_refusal
from calls.dialer.lapse import end_lapsed
from calls.dialer.queue import claim_due
from calls.models import Call, Event
from calls.presentation.status_text import explain
from calls.routing import route as routing
from calls.routing.policies import Refusal
from calls.routing.route import PAUSED_FOR, Route
from calls.transfers.requests import request_transfer
from telephony.models import PhoneNumber, TelephonySettings, Trunk
from telephony.services.trunks import pause_calls, resume_calls
from tests.calls.conftest import CALLEE, Line, make_line
from tests.calls.transfer_server import Server
from voxa.core.errors import Conflict


def dispatch(line: Line) -> list[Route | Refusal]:
    """Claim what is due and look for its route, as a dispatcher does."""
    now, found = timezone.now(), []
    for call_id, _ in claim_due(uuid.uuid4(), now, 9):
        call = Call.objects.get(pk=call_id)
        way = routing.route(call, TelephonySettings.of(line.workspace.pk), now)
        if isinstance(way, Refusal):
            apply_refusal(call, way, now)
        found.append(way)
    return found


def test_a_call_waits_until_its_trunk_is_resumed(line: Line, server: Server) -> None:
    pause_calls(line.trunk)
    call = line.place()
    (refusal,) = dispatch(line)
    assert isinstance(refusal, Refusal)
    assert dispatch(line) == []
    call.refresh_from_db()
    assert (call.status, call.reason) == (CallStatus.QUEUED, Reason.TRUNK_PAUSED)
    said = explain(call, timezone.now(), ZoneInfo("UTC"))
    assert (said.headline, said.reason, said.remedy) == (
        "Waiting until the trunk is resumed.",
        "Outbound calls over the trunk are paused.",
        "Resume outbound calls on the trunk's page.",
    )
    assert Event.objects.filter(call=call, type="call.put_off", data__reason="trunk_paused").exists()
    resume_calls(line.trunk)
    (way,) = dispatch(line)
    assert isinstance(way, Route)
    call.refresh_from_db()
    assert call.reason == ""


def test_other_trunks_dial_on_and_a_scheduled_call_keeps_its_time(line: Line, acme: Workspace) -> None:
    other = make_line(acme, "+12025550101")
    pause_calls(line.trunk)
    later = timezone.now() + timedelta(hours=1)
    scheduled = line.place(scheduled_at=later)
    other.place()
    assert [type(way) for way in dispatch(line)] == [Route]
    resume_calls(line.trunk)
    scheduled.refresh_from_db()
    assert scheduled.due_at == later


def test_a_number_that_moves_to_another_trunk_is_dialed_over_that(line: Line, acme: Workspace) -> None:
    pause_calls(line.trunk)
    call = line.place()
    dispatch(line)
    PhoneNumber.objects.filter(pk=line.number.pk).update(trunk=make_line(acme, "+12025550101").trunk)
    Call.objects.filter(pk=call.pk).update(due_at=timezone.now())  # at the latest after PAUSED_FOR
    assert [type(way) for way in dispatch(line)] == [Route]
    assert timedelta(minutes=10) > PAUSED_FOR


def test_a_call_may_expire_meanwhile(line: Line) -> None:
    pause_calls(line.trunk)
    call = line.place(not_after=timezone.now() + timedelta(minutes=5))
    dispatch(line)
    Call.objects.filter(pk=call.pk).update(not_after=timezone.now())
    assert end_lapsed() == 1


def test_a_warm_transfer_over_it_is_refused_and_a_cold_one_goes(line: Line, server: Server) -> None:
    call = line.place()
    Call.objects.filter(pk=call.pk).update(status=CallStatus.IN_PROGRESS, room_name="call-x", due_at=None)
    call.refresh_from_db()
    pause_calls(line.trunk)
    with pytest.raises(Conflict) as refused:
        request_transfer(call, "+12025550142", TransferMode.WARM)
    assert (refused.value.code, "Resume them" in str(refused.value)) == ("trunk_paused", True)
    assert request_transfer(call, "+12025550142", TransferMode.COLD).pk


def test_the_api_pauses_and_resumes(api: APIClient, line: Line, server: Server) -> None:
    path = f"/v1/telephony/trunks/{line.trunk.pk}"
    generation = Trunk.objects.get().generation
    paused = api.post(f"{path}/pause")
    assert (paused.status_code, paused.json()["status"]) == (200, "active")
    since = paused.json()["pausedAt"]
    assert Trunk.objects.get().generation == generation
    assert since is not None
    assert api.post(f"{path}/pause").json()["pausedAt"] == since
    answer: dict[str, Any] = api.get("/v1/route", {"to": CALLEE, "from": line.number.number}).json()
    assert (answer["allowed"], answer["reason"]) == (False, "trunk_paused")
    assert "Resume them" in answer["message"]
    assert api.patch(path, {"pausedAt": None}).json()["pausedAt"] == since  # read only, as status is
    assert api.post(f"{path}/resume").json()["pausedAt"] is None
    assert [row.paused_at is None for row in Trunk.history.order_by("history_id")][-3:] == [True, False, True]
