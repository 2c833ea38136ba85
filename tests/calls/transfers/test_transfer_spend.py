"""A third party costs too: its minutes are set aside, counted and ended with the day's spend limit."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from calls.choices import CallStatus, Direction, Reason, TransferMode, TransferStatus
from calls.dialer import spend
from calls.models import Call, Transfer
from calls.transfers.endings import finish
from calls.transfers.requests import request_transfer
from telephony.models import TelephonySettings
from tests.calls.conftest import Line
from tests.calls.transfers.conftest import InProgress, settled
from voxa.core.errors import Conflict

THIRD = "+12025550177"


def limited(line: Line, limit: str) -> spend.Cap:
    line.settings(price_per_minute=Decimal("0.60"), daily_spend_limit=Decimal(limit))
    cap = spend.cap_of(TelephonySettings.of(line.workspace.pk), timezone.now())
    assert cap is not None
    return cap


def inbound(line: Line, **fields: Any) -> Call:
    call = line.place(scheduled_at=timezone.now() + timedelta(hours=1))
    fields = {"direction": Direction.INBOUND, "status": CallStatus.IN_PROGRESS, "due_at": None, **fields}
    Call.objects.filter(pk=call.pk).update(answered_at=timezone.now(), **fields)
    call.refresh_from_db()
    return call


def test_a_third_party_of_a_caller_is_paid_for_beforehand(line: Line) -> None:
    limited(line, "1.00")
    first, second, third = (inbound(line) for _ in range(3))
    for call in (first, second):
        spend.set_aside_for_third_party(call)
    with pytest.raises(Conflict) as refused:
        spend.set_aside_for_third_party(third)
    assert refused.value.code == Reason.SPEND
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.spend_reserved, second.spend_reserved) == (Decimal("0.60"), Decimal("0.40"))


def test_what_was_set_aside_for_one_who_did_not_come_is_given_back(line: Line) -> None:
    limited(line, "0.60")
    call = inbound(line)
    spend.set_aside_for_third_party(call)
    now = timezone.now()
    transfer = Transfer.objects.create(
        workspace=line.workspace, call=call, to=THIRD, mode=TransferMode.WARM, requested_at=now
    )
    finish(transfer, TransferStatus.FAILED, "transfer_failed", "Nobody answered.")
    call.refresh_from_db()
    assert call.spend_reserved is None


def test_the_minutes_of_a_third_party_count_while_it_talks_and_afterwards(line: Line) -> None:
    cap, now = limited(line, "5.00"), timezone.now()
    call = inbound(line, third_party_since=now - timedelta(seconds=30), spend_reserved=Decimal("0.60"))
    assert spend.spent(cap, now) == Decimal("0.30")
    Call.objects.filter(pk=call.pk).update(status=CallStatus.COMPLETED, ended_at=now, duration_seconds=40)
    assert spend.spent(cap, now) == Decimal("0.30")


def test_both_legs_of_a_call_end_with_the_limit(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spend, "tell_agent", lambda call, notice: True)
    cap, now = limited(line, "0.60"), timezone.now()
    fields = {"direction": Direction.OUTBOUND, "spend_reserved": Decimal("0.60")}
    call = inbound(line, **fields, third_party_since=now - timedelta(seconds=20))
    Call.objects.filter(pk=call.pk).update(answered_at=now - timedelta(seconds=37))
    spend.look_after()
    call.refresh_from_db()
    assert call.end_requested == Reason.SPEND
    assert spend.spent(cap, now) <= cap.limit


@pytest.mark.parametrize("mode", TransferMode.values)
def test_no_transfer_is_asked_for_when_the_day_is_spent(line: Line, mode: str) -> None:
    limited(line, "0.10")
    call, now = inbound(line), timezone.now()
    past = inbound(line, direction=Direction.OUTBOUND)
    Call.objects.filter(pk=past.pk).update(
        status=CallStatus.COMPLETED, answered_at=now, ended_at=now + timedelta(seconds=10), duration_seconds=10
    )
    with pytest.raises(ValidationError, match=r"cost 0\.10 of 0\.10 USD"):
        request_transfer(call, THIRD, TransferMode(mode))


def test_a_dispatcher_calls_nobody_in_without_money(
    line: Line, in_progress: Callable[[], Call], dispatcher: Any
) -> None:
    limited(line, "0.01")
    call = in_progress()
    Call.objects.filter(pk=call.pk).update(answered_at=timezone.now() + timedelta(minutes=1))
    request_transfer(call, THIRD, TransferMode.WARM)
    ended = settled(call)
    assert (ended.status, "cost 0.00 of 0.01 USD" in ended.message) == (TransferStatus.FAILED, True)


def test_a_third_party_who_came_costs_from_then(line: Line, in_progress: InProgress, dispatcher: Any) -> None:
    limited(line, "5.00")
    call = in_progress()
    request_transfer(call, THIRD, TransferMode.WARM)
    assert settled(call).status == TransferStatus.COMPLETED
    call.refresh_from_db()
    assert call.third_party_since is not None
    assert call.spend_reserved is not None
    assert call.spend_reserved >= Decimal("0.60")
