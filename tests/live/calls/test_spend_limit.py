"""Many calls at once cost no more than the day's limit, on a real server."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone

from calls.choices import CallStatus, Reason
from calls.dialer.spend import cap_of, spent
from calls.models import Call
from telephony.models import TelephonySettings
from tests.live.calls.conftest import Line, ended

pytestmark = [pytest.mark.live, pytest.mark.postgres]


def test_twelve_calls_at_once_cost_no_more_than_the_limit(line: Line, dispatch_until: Callable[..., None]) -> None:
    line.settings(price_per_minute=Decimal("0.50"), daily_spend_limit=Decimal("0.10"))
    calls = [line.place(f"+120255501{number}") for number in range(10, 22)]
    answered = Call.objects.filter(workspace=line.workspace, answered_at__isnull=False)
    dispatch_until(answered.exists)
    (talks,) = answered
    dispatch_until(ended(talks), seconds=30)
    talks.refresh_from_db()
    assert (talks.status, talks.reason) == (CallStatus.COMPLETED, Reason.SPEND)
    cap = cap_of(TelephonySettings.of(line.workspace.pk), timezone.now())
    assert cap is not None
    assert Decimal("0.05") < spent(cap, timezone.now()) <= cap.limit
    waiting = Call.objects.filter(pk__in=[call.pk for call in calls], status=CallStatus.QUEUED)
    assert set(waiting.values_list("reason", flat=True)) == {Reason.SPEND}
    assert (waiting.count(), len(line.dials())) == (11, 1)
