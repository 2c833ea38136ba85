"""Handing a call over on the real server: to whom takes it, and back to the agent where nobody does."""

from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.services.keys import create_api_key
from calls.choices import CallStatus, Reason
from calls.models import Call
from telephony.livekit import client_for
from telephony.livekit.rooms import participants
from tests.calls.running import running_dispatcher
from tests.live.calls.conftest import Line
from tests.live.calls.events.conftest import Dispatch, Doorbell, answered, taken, wait_for
from tests.live.process import wait_until

pytestmark = [pytest.mark.live, pytest.mark.postgres]


def transfer(line: Line, call: Call, to: str, mode: str, **headers: str) -> Any:
    key = create_api_key(line.workspace, "test", [Scope.CALLS_WRITE])[1]
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")
    with running_dispatcher(), override_settings(TRANSFER_WAIT_SECONDS=30):
        return client.post(f"/v1/calls/{call.pk}/transfer", {"to": to, "mode": mode}, "json", headers=headers)


def identities(call: Call) -> set[str]:
    return {who.identity for who in client_for(call.project).run(participants(call.room_name))}


def transfers(line: Line, call: Call) -> list[str]:
    return [one["transfer_to"] for one in line.dials(call)[0].get("transfers", [])]


def test_a_cold_transfer_leaves_the_caller_with_the_other(line: Line, dispatch_until: Dispatch) -> None:
    call = answered(line, dispatch_until)
    answer = transfer(line, call, "+12025550142", "cold")
    assert answer.status_code == 200
    assert transfers(line, call) == ["tel:+12025550142"]
    ended = wait_for(CallStatus.COMPLETED, pk=call.pk)
    wait_until(lambda: line.dials(call)[0]["status"] == "hangup", "the phone left")
    assert ended.reason == Reason.TRANSFERRED


def test_a_caller_who_came_in_is_handed_over(doorbell: Doorbell) -> None:
    doorbell.ring()
    call = taken(doorbell.number)
    assert transfer(doorbell.line, call, "sip:desk@example.org", "cold").status_code == 200
    assert wait_for(CallStatus.COMPLETED, pk=call.pk).reason == Reason.TRANSFERRED


def test_a_declined_transfer_leaves_the_caller_with_the_agent(line: Line, dispatch_until: Dispatch) -> None:
    call = answered(line, dispatch_until)
    answer = transfer(line, call, "+12025550603", "cold")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "transfer_failed"
    assert "603" in answer.json()["error"]["message"]
    assert identities(call) == {"phone"}
    assert Call.objects.get(pk=call.pk).status == CallStatus.IN_PROGRESS
    assert call.events.get(type="transfer.failed").data["sipStatusCode"] == 603


def test_a_warm_transfer_brings_the_third_party_into_the_room(line: Line, dispatch_until: Dispatch) -> None:
    call = answered(line, dispatch_until)
    assert transfer(line, call, "+12025550142", "warm").status_code == 200
    third = line.dials(call)[1]
    assert third["request"]["number"] == line.number.number
    assert identities(call) == {"phone", "transfer"}
    line.bridge.hangup(third["call_id"])
    assert wait_for(CallStatus.COMPLETED, pk=call.pk).reason == Reason.TRANSFERRED
    wait_until(lambda: line.dials(call)[0]["status"] == "hangup", "the caller is not left alone")


def test_a_third_party_who_is_busy_leaves_the_caller_with_the_agent(line: Line, dispatch_until: Dispatch) -> None:
    call = answered(line, dispatch_until)
    answer = transfer(line, call, "+12025550486", "warm")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "transfer_failed")
    assert identities(call) == {"phone"}
    assert Call.objects.get(pk=call.pk).status == CallStatus.IN_PROGRESS
    assert transfer(line, call, "+12025550142", "warm").status_code == 200


def test_the_same_request_again_dials_nobody_again(line: Line, dispatch_until: Dispatch) -> None:
    call = answered(line, dispatch_until)
    answers = [transfer(line, call, "+12025550142", "warm", **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert transfer(line, call, "+12025550142", "warm").json()["error"]["code"] == "transferred"
    assert len(line.dials(call)) == 2
