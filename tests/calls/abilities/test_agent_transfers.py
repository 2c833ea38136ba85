"""An agent hands calls over to whom is named on it, and to nobody else."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from calls.choices import TransferMode, TransferStatus
from calls.models import Call, Transfer
from telephony.services.agents import update_agent
from voxa.core.errors import Conflict

SALES = {"name": "sales", "to": "+12025550142", "mode": "warm"}


@pytest.fixture
def transfers(call: Call, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the service that hands over is asked for."""
    assert call.agent is not None
    update_agent(call.agent, {"transfers": [SALES, {"name": "desk", "to": "sip:desk@acme.example"}]})
    asked: list[tuple[Any, ...]] = []

    def hand_over(call: Call, to: str, mode: TransferMode, headers: Any) -> Transfer:
        asked.append((call.pk, to, mode))
        return Transfer.objects.create(
            workspace_id=call.workspace_id, call=call, to=to, mode=mode, status=TransferStatus.COMPLETED,
            requested_at=timezone.now(),
        )  # fmt: skip

    monkeypatch.setattr("calls.transfers.by_agent.transfer_call", hand_over)
    return asked


def hand_over(worker: APIClient, name: str) -> Any:
    return worker.post("/internal/agent/transfer", {"name": name})


def test_a_name_stands_for_a_number_and_a_mode(worker: APIClient, call: Call, transfers: list[Any]) -> None:
    assert hand_over(worker, "sales").json()["ok"] is True
    assert hand_over(worker, "desk").json()["ok"] is True
    assert transfers == [
        (call.pk, "+12025550142", TransferMode.WARM),
        (call.pk, "sip:desk@acme.example", TransferMode.COLD),
    ]


@pytest.mark.parametrize("name", ["boss", "+12025550142", ""])
def test_a_name_the_agent_does_not_have_is_refused(worker: APIClient, transfers: list[Any], name: str) -> None:
    assert hand_over(worker, name).status_code in (400, 409)
    assert transfers == []


def test_why_it_did_not_work_is_told_to_the_model(
    worker: APIClient, transfers: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise Conflict("transfer_failed", "The third party is busy.")

    monkeypatch.setattr("calls.transfers.by_agent.transfer_call", refuse)
    assert hand_over(worker, "sales").json() == {"ok": False, "result": "The third party is busy."}


def test_one_that_takes_longer_is_asked_for_by_its_id(
    worker: APIClient, call: Call, transfers: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = Transfer.objects.create(
        workspace_id=call.workspace_id, call=call, to="tel:+12025550142", mode="warm", requested_at=timezone.now()
    )
    monkeypatch.setattr("calls.transfers.by_agent.transfer_call", lambda *_: goes_on)
    answer = hand_over(worker, "sales")
    assert (answer.status_code, answer.json()) == (202, {"id": str(goes_on.pk)})
    path = f"/internal/agent/transfer/{goes_on.pk}"
    assert worker.get(path).status_code == 202
    message = "The call was not handed over: busy."
    Transfer.objects.update(status=TransferStatus.FAILED, code="transfer_failed", message=message)
    assert (worker.get(path).status_code, worker.get(path).json()) == (200, {"ok": False, "result": message})
    assert worker.get(f"/internal/agent/transfer/{call.pk}").status_code == 404


def test_the_worker_is_told_names_and_no_numbers(worker: APIClient, transfers: list[Any]) -> None:
    told = worker.get("/internal/agent/session")
    assert [one["name"] for one in told.json()["agent"]["transfers"]] == ["sales", "desk"]
    assert SALES["to"] not in told.content.decode()


def test_others_hand_nothing_over(call: Call, transfers: list[Any], api: APIClient) -> None:
    for client in (APIClient(), api):
        assert hand_over(client, "sales").status_code == 401
    assert transfers == []
