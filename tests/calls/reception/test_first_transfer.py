"""The endpoint sends the caller elsewhere: the worker asks for the transfer as soon as the phone is answered."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from calls.choices import CallStatus, TransferStatus
from calls.models import Call, DoNotCall, Event, Transfer
from calls.reception import first_transfer
from telephony.livekit.rooms import Participant
from tests.calls.agent.conftest import SESSION, WorkerFor
from tests.calls.reception.conftest import Comes, says
from tests.receiver import Receiver

PATH, TARGET = "/internal/agent/first-transfer", "+12025550142"


@pytest.fixture
def worker(
    endpoint: Receiver, comes: Comes, worker_for: WorkerFor, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> APIClient:
    """The worker of a call that is to be transferred, and whose phone LiveKit lists as answered."""
    settings.TRANSFER_WAIT_SECONDS = 0
    says(endpoint, transfer={"to": TARGET, "transferHeaders": {"X-Queue": "vip"}})
    call = comes()
    phone = Participant("sip_+12025550177", "PA_1", "sip", {"sip.callStatus": "active"}, 1_772_443_800)
    client = type("Client", (), {"run": lambda self, operation: [phone]})()
    monkeypatch.setattr(first_transfer, "client_for", lambda project: client)
    return worker_for(call.project, call.room_name)


def test_the_worker_is_told_and_the_transfer_is_the_endpoints(worker: APIClient) -> None:
    assert worker.get(SESSION).json()["call"]["transferFirst"] is True
    answer = worker.post(PATH, {})
    transfer = Transfer.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"id": str(transfer.pk)})
    assert (transfer.to, transfer.mode, transfer.headers) == (f"tel:{TARGET}", "cold", {"X-Queue": "vip"})
    assert Call.objects.get().status == CallStatus.IN_PROGRESS
    Transfer.objects.update(status=TransferStatus.FAILED, code="transfer_failed", message="Busy.")
    assert worker.get(f"{PATH}/{transfer.pk}").json() == {"ok": False, "result": "Busy."}
    assert Event.objects.filter(type="transfer.requested").exists()


def test_the_worker_cannot_name_a_target(worker: APIClient) -> None:
    worker.post(PATH, {"to": "+19005550100", "name": "evil"})
    assert Transfer.objects.get().to == f"tel:{TARGET}"


def test_the_policies_of_the_moment_apply(worker: APIClient) -> None:
    call = Call.objects.get()
    DoNotCall.objects.create(workspace=call.workspace, number=TARGET)
    answer = worker.post(PATH, {})
    assert (answer.status_code, answer.json()["ok"]) == (200, False)
    assert not Transfer.objects.exists()


def test_a_call_without_a_target_is_not_transferred(comes: Comes, worker_for: WorkerFor) -> None:
    call = comes()
    worker = worker_for(call.project, call.room_name)
    assert worker.get(SESSION).json()["call"]["transferFirst"] is False
    assert worker.post(PATH, {}).json()["ok"] is False
    assert not Transfer.objects.exists()
