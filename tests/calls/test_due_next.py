"""An idle dispatcher does not poll: it reads when something is due next, and is there in time."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from calls.choices import CallStatus, Reason, TransferMode, TransferStatus
from calls.dialer import dispatcher, queue, revival, spend
from calls.dialer.rate_limits import pause
from calls.livekit import talk_time
from calls.models import Call, Transfer
from calls.transfers import requests
from tests.calls.conftest import Line
from tests.calls.running import running_dispatcher
from tests.live.process import wait_until

MakeLine = Callable[..., Line]


@pytest.fixture
def one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dispatcher looks when it starts, and then only when what it saw is due."""
    monkeypatch.setattr(dispatcher, "LOOK_EVERY", 600.0)


def talking(line: Line, left: timedelta, **fields: Any) -> Call:
    """Make a call that has so much left of its maximum duration."""
    call, now = line.place(), timezone.now()
    since = now + left - timedelta(seconds=call.max_duration_seconds)
    set_to = {"status": CallStatus.IN_PROGRESS, "answered_at": since, "leased_until": now + left, "room_name": "call-1"}
    Call.objects.filter(pk=call.pk).update(**set_to, **fields, due_at=None)
    call.refresh_from_db()
    return call


def ended(call: Call) -> Call:
    wait_until(lambda: Call.objects.filter(pk=call.pk, status=CallStatus.COMPLETED).exists(), "the end", 30)
    call.refresh_from_db()
    return call


@pytest.mark.postgres
@pytest.mark.usefixtures("one_look")
def test_a_call_ends_at_its_maximum_duration_without_a_further_look(sink_line: MakeLine) -> None:
    line = sink_line()
    call = talking(line, timedelta(seconds=2))
    limit = call.leased_until
    with running_dispatcher():
        ended(call)
    assert call.reason == Reason.MAX_DURATION
    assert call.ended_at is not None
    assert limit is not None
    assert limit <= call.ended_at


@pytest.mark.postgres
@pytest.mark.usefixtures("one_look")
def test_a_call_is_watched_while_money_is_set_aside_for_it(sink_line: MakeLine) -> None:
    line = sink_line()
    line.settings(price_per_minute=Decimal("0.60"), daily_spend_limit=Decimal("0.10"))
    call, since = talking(line, timedelta(minutes=5), spend_reserved=Decimal("0.10")), timezone.now()
    Call.objects.filter(pk=call.pk).update(answered_at=since - timedelta(seconds=5))  # it has paid for three more
    with running_dispatcher():
        ended(call)
    assert call.reason == Reason.SPEND
    assert call.spend_warned


def test_the_next_limit_is_that_of_the_call_that_ends_first(line: Line) -> None:
    assert talk_time.next_limit() is None
    later, sooner = (talking(line, timedelta(minutes=minutes)) for minutes in (9, 3))
    assert talk_time.next_limit() == sooner.leased_until
    Call.objects.filter(pk=sooner.pk).update(end_requested=Reason.HUNG_UP)
    assert talk_time.next_limit() == later.leased_until


@pytest.mark.parametrize("status", [CallStatus.DIALING, CallStatus.RINGING, CallStatus.IN_PROGRESS])
def test_spend_is_checked_from_the_dial_on_and_only_with_a_limit(line: Line, status: CallStatus) -> None:
    call = talking(line, timedelta(minutes=3))
    Call.objects.update(status=status)
    assert spend.next_check() is None
    Call.objects.update(spend_reserved=Decimal("0.60"))
    assert spend.next_check() is not None
    Call.objects.filter(pk=call.pk).update(status=CallStatus.COMPLETED)
    assert spend.next_check() is None


def test_a_dial_is_looked_for_when_its_dispatchers_lease_expires(line: Line) -> None:
    assert queue.next_left() is None
    line.place()
    now = timezone.now()
    ((call_id, _),) = queue.claim_due(uuid4(), now, 1)
    Call.objects.filter(pk=call_id).update(status=CallStatus.DIALING, leased_until=now + timedelta(seconds=15))
    assert queue.next_left() == now + timedelta(seconds=15)


def test_a_transfer_is_looked_for_when_its_lease_or_its_minute_is_over(line: Line) -> None:
    assert requests.next_left() is None
    now, call = timezone.now(), talking(line, timedelta(minutes=3))
    fields = {"to": "tel:+12025550142", "asked": "+12025550142", "mode": TransferMode.WARM, "requested_at": now}
    Transfer.objects.create(workspace=line.workspace, call=call, **fields)
    assert requests.next_left() == now + requests.LAPSES
    (claimed,) = requests.claim(uuid4(), now, 1)
    assert requests.next_left() == now + requests.LEASE
    Transfer.objects.filter(pk=claimed).update(status=TransferStatus.COMPLETED)
    assert requests.next_left() is None


def test_a_project_is_checked_at_once_when_paused_and_then_at_its_intervals(line: Line) -> None:
    now, project = timezone.now(), line.place().project
    assert revival.next_check() is None
    pause(project.pk, now)
    first = revival.next_check()
    assert first is not None
    assert first <= now
    assert revival.to_ask(now) == [project.pk]
    assert revival.next_check() == now + revival.EVERY
