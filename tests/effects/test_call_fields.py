"""Each writable field of a call is seen in the dial, in what the worker is told, or in when the call is dialed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.api.serializers import PlaceCallSerializer, TransferSerializer
from calls.choices import CallStatus, Reason
from calls.dialer.lapse import end_lapsed
from calls.dialer.queue import claimable
from calls.dialer.request import dial_request
from calls.models import Call, Transfer
from calls.routing.route import Hop, Route
from calls.services.worker_session import instructions
from telephony.livekit.rooms import Dial
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from tests.calls.conftest import Line, make_line
from tests.effects.test_trunk_fields import writable
from tests.effects.watching import arrives, transferred

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Placed:
    """A placed call: its row, its dial, what the worker is told."""

    call: Call
    dial: Dial
    told: dict[str, Any]


Case = tuple[Any, Callable[[Placed], Any], Any]
SECOND = "+12025550109"
LATER = timezone.now().replace(microsecond=0) + timedelta(days=30)
BEFORE, AFTER = LATER - timedelta(minutes=1), LATER + timedelta(minutes=1)


def _picked(placed: Placed, at: datetime) -> bool:
    """Return whether a dispatcher would take the call at a moment."""
    return Call.objects.filter(claimable(at), pk=placed.call.pk).exists()


def _lapsed(placed: Placed, at: datetime) -> bool:
    """Return whether the call has ended undialed by a moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("calls.dialer.lapse.timezone", SimpleNamespace(now=lambda: at))
        end_lapsed()
    placed.call.refresh_from_db()
    return (placed.call.status, placed.call.reason) == (CallStatus.FAILED, Reason.LAPSED)


CALL: dict[str, Case] = {
    "to": ("+12025550155", lambda placed: placed.dial.to, "+12025550155"),
    "from": (SECOND, lambda placed: placed.dial.caller_id, SECOND),
    "agentId": ("other agent", lambda placed: placed.told["agent"]["name"], "Other"),
    "trunkId": ("other trunk", lambda placed: placed.dial.to, "99+12025550123"),
    "scheduledAt": (
        LATER.isoformat(), lambda placed: [_picked(placed, at) for at in (BEFORE, AFTER)], [False, True],
    ),
    "notAfter": (
        LATER.isoformat(), lambda placed: [_lapsed(placed, at) for at in (BEFORE, AFTER)], [False, True],
    ),
    "maxDurationSeconds": (77, lambda placed: placed.dial.max_seconds, 77),
    "metadata": ({"order": "7"}, lambda placed: placed.told["call"]["metadata"], {"order": "7"}),
    "variables": ({"order": "7"}, lambda placed: placed.told["call"]["variables"].get("order"), "7"),
    "agentOverrides": (
        {"systemPrompt": "Be brief."}, lambda placed: placed.told["agent"]["systemPrompt"], "Be brief.",
    ),
}  # fmt: skip
TRANSFER: dict[str, tuple[Any, Callable[[Any], Any], Any]] = {
    "to": ("sip:desk@pbx.example.com", lambda asked: asked.transfer_to, "sip:desk@pbx.example.com"),
    "transferHeaders": ({"X-Queue": "sales"}, lambda asked: dict(asked.headers), {"X-Queue": "sales"}),
    "mode": ("warm", lambda asked: asked.DESCRIPTOR.name, "CreateSIPParticipantRequest"),
}


def place(api: APIClient, line: Line, body: dict[str, Any]) -> Placed:
    answer = api.post(
        "/v1/calls",
        {"to": "+12025550123", "from": line.number.number, "agentId": str(line.agent.pk), **body},
        format="json",
    )
    assert answer.status_code == 201, answer.json()
    call = Call.objects.select_related("workspace", "agent", "trunk", "number").get(pk=answer.json()["id"])
    route = Route((Hop("ST_1"),), call.trunk, call.number)
    dial = dial_request(
        call,
        route,
        Hop("ST_1"),
        to_number=call.to_number,
        caller_id=call.from_number,
        room="call-1",
        identity="phone",
        ringing=45.0,
    )
    return Placed(call, dial, instructions(call))


def test_every_writable_field_of_a_call_and_a_transfer_has_its_effect_below() -> None:
    assert writable(PlaceCallSerializer) == CALL.keys()
    assert writable(TransferSerializer) == TRANSFER.keys()


@pytest.mark.parametrize("field", CALL)
def test_a_field_of_a_call_is_seen(api: APIClient, acme: Workspace, field: str) -> None:
    line = make_line(acme)
    add_number(line.trunk, SECOND)
    other = make_line(line.workspace, number="+12025550108", tech_prefix="99")
    agent = create_agent(line.workspace, {"name": "Other"})
    value, look, expected = CALL[field]
    value = {"agentId": str(agent.pk), "trunkId": str(other.trunk.pk)}.get(field, value)
    assert look(place(api, line, {})) != expected
    assert look(place(api, line, {field: value})) == expected


@pytest.mark.parametrize("field", TRANSFER)
def test_a_field_of_a_transfer_is_seen(api: APIClient, acme: Workspace, field: str) -> None:
    line = make_line(acme)
    call = arrives(line.trunk, line.number.number)
    value, look, expected = TRANSFER[field]
    for body, is_seen in (({"to": "+12025550142"}, False), ({"to": "+12025550142", field: value}, True)):
        Call.objects.filter(pk=call.pk).update(status=CallStatus.IN_PROGRESS, end_requested="")
        Transfer.objects.all().delete()
        asked = transferred(call, lambda body=body: api.post(f"/v1/calls/{call.pk}/transfer", body, format="json"))  # type: ignore[misc]
        assert (look(asked) == expected) is is_seen
