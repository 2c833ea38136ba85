"""Who carries a transfer out, and what becomes of one whose dispatcher went away."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Workspace
from calls.choices import CallStatus, TransferMode, TransferStatus
from calls.models import Call, Transfer
from calls.transfers import requests
from calls.transfers.carry_out import carry_out
from calls.transfers.requests import claim, renew, settle
from tests.calls.conftest import Line, make_line
from tests.calls.running import here

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    """LiveKit is configured, and nobody asks it here."""
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = "ws://127.0.0.1:7999", "key", "s" * 32


def asked(line: Line) -> Transfer:
    call = line.place()
    Call.objects.filter(pk=call.pk).update(status=CallStatus.IN_PROGRESS, room_name=f"call-{call.pk}-1", due_at=None)
    call.refresh_from_db()
    return requests.request_transfer(call, "+12025550142", TransferMode.WARM)


def status(transfer: Transfer) -> str:
    transfer.refresh_from_db()
    return transfer.status


def late() -> Any:
    return timezone.now() + timedelta(minutes=2)


def test_one_dispatcher_gets_it(line: Line) -> None:
    transfer, now = asked(line), timezone.now()
    assert [claim(uuid4(), now, 10), claim(uuid4(), now, 10)] == [[transfer.pk], []]


def test_a_workspace_has_no_more_at_once_than_its_share_and_others_go_on(
    line: Line, globex: Workspace, settings: Any
) -> None:
    settings.TRANSFERS_PER_WORKSPACE = 2
    ours, now = [asked(line) for _ in range(4)], timezone.now()
    theirs = asked(make_line(globex, "+12025550101"))
    assert set(claim(uuid4(), now, 10)) == {ours[0].pk, ours[1].pk, theirs.pk}
    assert claim(uuid4(), now, 10) == []
    Transfer.objects.filter(pk=ours[0].pk).update(status=TransferStatus.COMPLETED)
    assert claim(uuid4(), now, 10) == [ours[2].pk]


def test_what_was_not_dialed_is_carried_out_afresh_and_what_was_is_unknown(line: Line) -> None:
    token, now = uuid4(), timezone.now()
    fresh, dialed = asked(line), asked(line)
    claim(token, now, 10)
    Transfer.objects.filter(pk=dialed.pk).update(dialed_at=now)
    settle(now)
    assert status(fresh) == status(dialed) == TransferStatus.UNDER_WAY
    renew(token, [fresh.pk], late())
    settle(now + timedelta(seconds=20))
    assert [status(fresh), status(dialed)] == [TransferStatus.UNDER_WAY, TransferStatus.UNKNOWN]
    assert dialed.call.events.filter(type="transfer.unknown").exists()
    Transfer.objects.filter(pk=fresh.pk).update(requested_at=late())
    settle(late() + timedelta(seconds=20))
    assert status(fresh) == TransferStatus.REQUESTED


def test_one_that_no_dispatcher_takes_fails_after_a_minute(line: Line) -> None:
    transfer = asked(line)
    settle(timezone.now() + timedelta(seconds=50))
    assert status(transfer) == TransferStatus.REQUESTED
    settle(timezone.now() + timedelta(seconds=70))
    assert (status(transfer), transfer.code) == (TransferStatus.FAILED, "transfer_failed")
    assert "No dispatcher" in transfer.message


def test_one_whose_call_ended_meanwhile_is_not_dialed(line: Line) -> None:
    transfer, token = asked(line), uuid4()
    claim(token, timezone.now(), 10)
    Call.objects.update(end_requested="hung_up")
    here(carry_out(transfer.pk, token))
    assert (status(transfer), transfer.dialed_at) == (TransferStatus.FAILED, None)


def test_a_claim_of_another_carries_nothing_out(line: Line) -> None:
    transfer = asked(line)
    claim(uuid4(), timezone.now(), 10)
    here(carry_out(transfer.pk, uuid4()))
    assert (status(transfer), transfer.dialed_at) == (TransferStatus.UNDER_WAY, None)
