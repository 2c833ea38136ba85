"""Ways to see what a stored value does: transfers as LiveKit is asked for them, callers, analyses, the policies."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from calls.analysis import analyze as analysis
from calls.analysis.analyze import ask_for_analysis
from calls.choices import Direction, Speaker
from calls.livekit.inbound import begin_inbound
from calls.models import Call, CallAnalysis, TranscriptItem
from calls.routing.facts import call_facts
from calls.routing.policies import first_refusal
from calls.routing.route import Hop, Route
from calls.services import tools
from calls.transfers.carry_out import carry_out
from calls.transfers.requests import claim
from telephony.models import PhoneNumber, TelephonySettings, Trunk
from tests.calls.running import here
from tests.calls.transfer_server import Server
from voxa.core.http.outbound import Answer


def transferred(call: Call, ask: Callable[[], Any]) -> Any:
    """Ask for a transfer, carry it out as a dispatcher does, and return what LiveKit is asked for."""
    server, token = Server(), uuid.uuid4()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("calls.transfers.carry_out.client_for", lambda project: server)
        patch.setattr("telephony.models.LiveKitProject.is_configured", True)
        ask()
        for transfer_id in claim(token, timezone.now(), 1):
            here(carry_out(transfer_id, token))
    return server.asked[-1]


def arrives(trunk: Trunk, called: str, caller: str = "+12025550177") -> Call:
    """Return the call of somebody who comes in by a trunk, as LiveKit's attributes tell it."""
    attributes = {"voxa.trunk": str(trunk.pk), "sip.trunkPhoneNumber": called, "sip.phoneNumber": caller}
    story: Any = SimpleNamespace(phone=attributes, joined_at=timezone.now())
    project = TelephonySettings.of(trunk.workspace_id).project
    call_id = begin_inbound(project, f"call-{uuid.uuid4()}", story)
    assert call_id is not None
    return Call.objects.select_related("workspace", "agent", "trunk", "number", "project").get(pk=call_id)


def analyzed(call: Call) -> dict[str, Any]:
    """Return what the analysis endpoint is sent of a call that is over; nothing where it is not asked."""
    sent: list[dict[str, Any]] = []

    def send(method: str, url: str, *, content: bytes, **_: Any) -> Answer:
        sent.append(json.loads(content))
        return Answer(400, {}, b"")

    now = timezone.now()
    TranscriptItem.objects.create(
        call=call, id=uuid.uuid4(), speaker=Speaker.CALLER, text="Hello", started_at=now, ended_at=now
    )
    ask_for_analysis(call)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agents.model_endpoint.send", send)
        if CallAnalysis.objects.filter(call=call).exists():
            analysis.analyze(call.pk)
    return sent[0] if sent else {}


def tool_called(call: Call, name: str) -> tuple[str, Any]:
    """Return the address that an agent's tool is called at, and the body of its own that is sent."""
    sent: list[tuple[str, Any]] = []

    def send(method: str, url: str, content: bytes, **_: Any) -> Any:
        sent.append((url, json.loads(content)["data"].get("body")))
        return SimpleNamespace(ok=True, status=200, body=b"{}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("voxa.core.safe_http.send", send)
        tools.call_tool(call, uuid.uuid4(), name, {})
    return sent[0]


def refusal(number: PhoneNumber, to: str, now: datetime) -> str | None:
    """Return why a call is not dialed at a moment, nothing where it is."""
    config = TelephonySettings.of(number.workspace_id)
    call = Call(workspace=config.workspace, direction=Direction.OUTBOUND, from_number=number.number, to_number=to)
    found = Route((Hop("ST_1"),), number.trunk, number)
    refused = first_refusal(call_facts(call, found, config, now))
    return refused.reason.value if refused else None
