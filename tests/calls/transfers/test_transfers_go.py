"""Transfers leave the request: it waits a moment, and a dispatcher carries them out."""

import time
from typing import Any

import pytest
from rest_framework.test import APIClient

from calls.choices import CallStatus, Reason, TransferMode, TransferStatus
from calls.models import Call, Transfer
from calls.transfers import requests
from tests.calls.transfers.conftest import InProgress, settled
from tests.live.process import wait_until
from voxa.core.waiting import WAITS

pytestmark = pytest.mark.django_db(transaction=True)
PICKS_UP, DECLINES, RINGS = "+12025550142", "+12025550603", "+12025550999"


def ask(api: APIClient, call: Call, to: str, mode: str = "warm") -> Any:
    return api.post(f"/v1/calls/{call.pk}/transfer", {"to": to, "mode": mode})


def test_one_that_is_over_within_the_wait_is_answered_as_ever(
    api: APIClient, in_progress: InProgress, dispatcher: Any, settings: Any
) -> None:
    settings.TRANSFER_WAIT_SECONDS = 20
    call = in_progress()
    answer = ask(api, call, PICKS_UP)
    assert (answer.status_code, answer.json()["transfer"]["status"]) == (200, "completed")
    again = ask(api, call, PICKS_UP)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "transferred")


def test_one_that_fails_within_the_wait_is_refused_as_ever(
    api: APIClient, in_progress: InProgress, dispatcher: Any, settings: Any
) -> None:
    settings.TRANSFER_WAIT_SECONDS = 20
    answer = ask(api, in_progress(), DECLINES, "cold")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "transfer_failed")
    assert "603" in answer.json()["error"]["message"]


def test_a_cold_one_ends_the_call(api: APIClient, in_progress: InProgress, dispatcher: Any, settings: Any) -> None:
    settings.TRANSFER_WAIT_SECONDS = 20
    call = in_progress()
    assert ask(api, call, PICKS_UP, "cold").status_code == 200
    over = Call.objects.filter(pk=call.pk, status=CallStatus.COMPLETED, reason=Reason.TRANSFERRED)
    wait_until(over.exists, "the call is over", 60)


def test_one_that_takes_longer_goes_on_and_is_told_afterwards(
    api: APIClient, in_progress: InProgress, dispatcher: Any
) -> None:
    call = in_progress()
    answer = ask(api, call, PICKS_UP)
    assert (answer.status_code, answer.json()["status"]) == (202, "in_progress")
    assert answer.json()["transfer"]["status"] in ("requested", "under_way")
    settled(call)
    told = api.get(f"/v1/calls/{call.pk}/transfer").json()
    assert (told["status"], told["to"], told["code"]) == ("completed", f"tel:{PICKS_UP}", "")
    assert call.events.filter(type="transfer.completed").count() == 1


def test_while_one_goes_on_no_second_is_asked_for(api: APIClient, in_progress: InProgress) -> None:
    call = in_progress()
    assert ask(api, call, PICKS_UP).status_code == 202
    again = ask(api, call, DECLINES, "cold")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "transfer_under_way")
    assert Transfer.objects.get().to == f"tel:{PICKS_UP}"


def test_no_more_requests_wait_than_may(
    api: APIClient, in_progress: InProgress, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TRANSFER_WAIT_SECONDS = 30
    call, began = in_progress(), time.monotonic()
    monkeypatch.setattr(WAITS, "_waits", [object()] * WAITS.threads)
    assert ask(api, call, PICKS_UP).status_code == 202
    assert time.monotonic() - began < 20


def test_none_was_asked_for(api: APIClient, in_progress: InProgress) -> None:
    assert api.get(f"/v1/calls/{in_progress().pk}/transfer").status_code == 404


def test_an_outsider_neither_asks_nor_sees(outsider_api: APIClient, in_progress: InProgress) -> None:
    call = in_progress()
    assert ask(outsider_api, call, PICKS_UP).status_code == 404
    requests.request_transfer(call, PICKS_UP, TransferMode.WARM)
    assert outsider_api.get(f"/v1/calls/{call.pk}/transfer").status_code == 404
    assert Transfer.objects.get().status == TransferStatus.REQUESTED
