"""What LiveKit is asked for when a call is transferred: target, headers, and how."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.choices import CallStatus, Direction
from calls.models import Call
from calls.transfers.carry_out import carry_out
from calls.transfers.requests import claim
from telephony.models import Trunk
from tests.calls.conftest import make_line
from tests.calls.running import here
from tests.calls.transfer_server import Server

pytestmark = pytest.mark.django_db
TARGET = "sip:+12025550142@pbx.example.com;transport=tls?X-Queue=sales"


@pytest.fixture
def transfer(api: APIClient, acme: Workspace) -> Callable[..., Any]:
    line = make_line(acme, transfer_headers={"X-Call": "{callId}", "X-Queue": "any"}, headers={"X-Account": "42"})
    call = Call.objects.create(
        workspace=acme,
        project=line.number.project,
        direction=Direction.INBOUND,
        status=CallStatus.IN_PROGRESS,
        to_number=line.number.number,
        from_number="+12025550177",
        room_name="call-x",
        trunk=line.trunk,
        number=line.number,
    )

    def ask(**body: Any) -> Any:
        answer, token = api.post(f"/v1/calls/{call.pk}/transfer", body, format="json"), uuid.uuid4()
        for transfer_id in claim(token, timezone.now(), 1):  # as a dispatcher does
            here(carry_out(transfer_id, token))
        return call, answer

    return ask


def test_a_cold_transfer_sends_its_headers_and_the_trunks(server: Server, transfer: Callable[..., Any]) -> None:
    call, answer = transfer(to=TARGET, transferHeaders={"x-queue": "sales", "X-From": "{from}"})
    assert answer.status_code == 202, answer.json()
    (asked,) = server.asked
    assert asked.transfer_to == TARGET
    assert dict(asked.headers) == {"X-Call": str(call.pk), "X-Queue": "sales", "X-From": "+12025550100"}


def test_a_warm_transfer_sends_them_with_its_call(server: Server, transfer: Callable[..., Any]) -> None:
    _, answer = transfer(to="+12025550142", mode="warm", transferHeaders={"X-To": "{to}"})
    assert answer.status_code == 202, answer.json()
    (asked,) = server.asked
    assert (asked.sip_call_to, dict(asked.headers)) == ("+12025550142", {"X-Account": "42", "X-To": "+12025550142"})


@pytest.mark.parametrize(
    "headers", [{"Route": "x"}, {"X-A": "a\r\nX-B: b"}, {"X-A": ""}, {"X-A": "{nobody}"}, {"X A": "a"}, {"X-A": 7}]
)
def test_headers_that_cannot_be_sent_are_refused(
    server: Server, transfer: Callable[..., Any], headers: dict[str, Any]
) -> None:
    _, answer = transfer(to="+12025550142", transferHeaders=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["field"].startswith("transferHeaders")
    assert server.asked == []


def test_the_callee_rings_as_long_as_the_trunk_says(server: Server, transfer: Callable[..., Any]) -> None:
    Trunk.objects.update(ringing_timeout_seconds=20)
    transfer(to="+12025550142", mode="warm")
    assert server.asked[0].ringing_timeout.seconds == 20
