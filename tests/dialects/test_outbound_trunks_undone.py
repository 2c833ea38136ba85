"""When LiveKit does not create the trunk: a 500 in the reference's shape, and nothing stays, there or here."""

from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from telephony.livekit import LiveKitClient
from telephony.models import Gateway, LiveKitObject, PhoneNumber, Trunk
from telephony.sync.lease import LEASE
from telephony.sync.sweep import sweep
from tests.dialects.test_outbound_trunks import CREATE, LIST, TWILIO
from tests.faults import FaultyServer
from tests.sandbox import SandboxServer

pytestmark = pytest.mark.django_db(transaction=True)


def refused(api: APIClient) -> str:
    """Ask, and check that it is a 500 that left no rows."""
    answer = api.post(CREATE, TWILIO)
    assert answer.status_code == 500
    assert list(answer.json()) == ["success", "message", "data"]
    assert (answer.json()["success"], answer.json()["data"]) == (False, None)
    assert not any(model.objects.exists() for model in (Trunk, Gateway, PhoneNumber))
    message: str = answer.json()["message"]
    return message


def sweep_later() -> None:
    """Sweep once a call that may still be under way at LiveKit has certainly ended."""
    with time_machine.travel(timezone.now() + LEASE):
        sweep()


def test_livekit_that_is_not_configured(api: APIClient) -> None:
    assert "LiveKit is not configured" in refused(api)
    assert not LiveKitObject.objects.exists()


def test_livekit_that_is_away(api: APIClient, faults: FaultyServer, sandbox: SandboxServer) -> None:
    sandbox.stop()
    message = refused(api)
    assert message.endswith("Try again later. No data was kept.")
    assert "retried" not in message
    sandbox.start()
    sweep_later()
    assert not LiveKitObject.objects.exists()
    assert api.post(CREATE, TWILIO).status_code == 200


def test_an_answer_that_was_lost(api: APIClient, faults: FaultyServer, sandbox: SandboxServer) -> None:
    """LiveKit made the trunk and we never heard: it is found by its mark and removed."""
    faults.loses.add("CreateSIPOutboundTrunk")
    refused(api)
    assert faults.requests.count("CreateSIPOutboundTrunk") == 1
    assert len(sandbox.standing()) == 0
    assert LiveKitObject.objects.exists()  # until nothing can come any more
    sweep_later()
    assert not LiveKitObject.objects.exists()


def test_livekit_that_never_answers(
    api: APIClient, faults: FaultyServer, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    defaults = {"deadline": 0.2, "on_outcome": None}
    monkeypatch.setattr(LiveKitClient.__init__, "__kwdefaults__", defaults)
    faults.hangs.add("CreateSIPOutboundTrunk")
    refused(api)


def test_livekit_that_refuses(api: APIClient, faults: FaultyServer) -> None:
    faults.answers = (400, "application/json", b'{"code": "invalid_argument", "msg": "no such thing"}')
    assert "The trunk was not created." in refused(api)
    faults.answers = None
    sweep()
    assert not LiveKitObject.objects.exists()


def test_a_worker_that_does_not_come_in_time(
    api: APIClient, faults: FaultyServer, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr("voxa.core.tasks.publish", lambda task, *args: None)
    monkeypatch.setattr("telephony.services.carrier_trunks.WAIT", 0.05)
    assert "in time" in refused(api)
    assert len(sandbox.standing()) == 0


def test_the_list_does_not_need_livekit(api: APIClient) -> None:
    assert api.get(LIST).json() == {"success": True, "message": "SIP trunks retrieved successfully", "data": []}
