"""The calls of a day never cost more than the spend limit: money is set aside, and a call ends with it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.models import Workspace
from calls.choices import CallStatus, Reason
from calls.dialer import attempts, spend
from calls.dialer.rate_limits import limits_of
from calls.models import Call
from calls.routing import route
from calls.routing.policies import Refusal
from telephony.models import TelephonySettings, Trunk
from tests.calls.conftest import Line, make_line

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
PRICE = Decimal("0.60")  # a cent a second


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(spend, "tell_agent", lambda call, notice: told.append(notice))
    return told


def limited(line: Line, limit: str) -> None:
    line.settings(price_per_minute=PRICE, daily_spend_limit=Decimal(limit))
    Trunk.objects.filter(pk=line.trunk.pk).update(calls_per_second=Decimal(100))


def dial(line: Line, call: Call) -> Call | Refusal:
    """Begin a call's dial as the dispatcher does."""
    config = TelephonySettings.of(line.workspace.pk)
    found = route.route(call, config, NOW)
    assert not isinstance(found, Refusal)
    cap = spend.cap_of(config, datetime.now(UTC))
    begun = attempts.begin(call, found, found.hops[0], limits_of(found.trunk, config), datetime.now(UTC), cap)
    return begun if isinstance(begun, Refusal) else call


def answer(call: Call) -> Call:
    now = datetime.now(UTC)
    Call.objects.filter(pk=call.pk).update(status=CallStatus.IN_PROGRESS, answered_at=now)
    call.refresh_from_db()
    return call


def up(line: Line, **fields: Any) -> Call:
    begun = dial(line, line.place(**fields))
    assert isinstance(begun, Call)
    return answer(begun)


def end_requested(call: Call) -> str:
    call.refresh_from_db()
    return call.end_requested


def test_calls_at_once_are_dialed_only_as_far_as_the_money_goes(line: Line) -> None:
    limited(line, "1.50")
    begun = [dial(line, line.place()) for _ in range(12)]
    reserved = [call.spend_reserved for call in begun if isinstance(call, Call)]
    assert reserved == [Decimal("0.60"), Decimal("0.60"), Decimal("0.30")]  # a minute, a minute, what is left
    refused = [refusal for refusal in begun if isinstance(refusal, Refusal)]
    assert {(one.reason, one.until) for one in refused} == {(Reason.SPEND, NOW + spend.LOOK_AGAIN)}
    assert "0.00 of 1.50 USD" in refused[0].message


def test_a_limit_of_seconds_lets_one_call_through_and_ends_it_in_time(
    line: Line, clock: time_machine.Traveller, told: list[dict[str, Any]]
) -> None:
    limited(line, "0.10")
    call = up(line)
    assert isinstance(dial(line, line.place()), Refusal)
    spend.look_after()
    assert told == [{"endsInSeconds": 8, "reason": "spend_limit"}]
    clock.shift(timedelta(seconds=8))
    spend.look_after()
    assert end_requested(call) == Reason.SPEND
    clock.shift(timedelta(seconds=2))
    assert spend.spent(cap(line), datetime.now(UTC)) <= Decimal("0.10")


def cap(line: Line) -> spend.Cap:
    found = spend.cap_of(TelephonySettings.of(line.workspace.pk), datetime.now(UTC))
    assert found is not None
    return found


def test_more_is_set_aside_while_a_call_lasts(line: Line, clock: time_machine.Traveller) -> None:
    limited(line, "2.00")
    call = up(line)
    clock.shift(timedelta(seconds=30))
    spend.look_after()
    call.refresh_from_db()
    assert call.spend_reserved == Decimal("0.60")
    clock.shift(timedelta(seconds=10))
    spend.look_after()
    call.refresh_from_db()
    assert call.spend_reserved == Decimal("1.20")


def test_a_call_whose_whole_length_is_paid_for_ends_by_its_length_alone(
    line: Line, clock: time_machine.Traveller, told: list[dict[str, Any]]
) -> None:
    limited(line, "5.00")
    call = up(line, max_duration_seconds=30)
    assert call.spend_reserved == Decimal("0.30")
    clock.shift(timedelta(seconds=29))
    spend.look_after()
    assert (end_requested(call), told) == ("", [])


def test_the_agent_is_warned_once_and_the_timeline_says_so(
    line: Line, clock: time_machine.Traveller, told: list[dict[str, Any]]
) -> None:
    limited(line, "0.60")
    call = up(line)
    clock.shift(timedelta(seconds=40))
    for _ in range(3):
        spend.look_after()
    assert told == [{"endsInSeconds": 18, "reason": "spend_limit"}]
    assert list(call.events.filter(type="spend.warned").values_list("data", flat=True)) == [{"secondsLeft": 18}]


def test_however_calls_come_and_go_the_day_costs_no_more_than_its_limit(
    line: Line, clock: time_machine.Traveller
) -> None:
    limited(line, "3.00")
    live: list[Call] = []
    for second in range(600):
        if second % 3 == 0 and isinstance(begun := dial(line, line.place()), Call):
            live.append(answer(begun))
        spend.look_after()
        for call in [*live]:
            if end_requested(call):
                now = datetime.now(UTC) + timedelta(seconds=spend.MARGIN)  # a hang-up takes its time
                talked = round((now - (call.answered_at or now)).total_seconds())
                Call.objects.filter(pk=call.pk).update(
                    status=CallStatus.COMPLETED, ended_at=now, duration_seconds=talked
                )
                live.remove(call)
        clock.shift(timedelta(seconds=1))
    assert live == []
    assert Decimal("2.70") <= spend.spent(cap(line), datetime.now(UTC)) <= Decimal("3.00")


def test_what_is_left_waits_for_the_workspaces_midnight(line: Line, clock: time_machine.Traveller) -> None:
    limited(line, "0.10")
    call = up(line)
    Call.objects.filter(pk=call.pk).update(status=CallStatus.COMPLETED, duration_seconds=8, ended_at=NOW)
    refused = dial(line, line.place())
    assert isinstance(refused, Refusal)
    assert refused.until == midnight_of(line)
    clock.move_to(refused.until)
    assert isinstance(dial(line, line.place()), Call)


def midnight_of(line: Line) -> datetime:
    return spend.day_of(NOW, ZoneInfo(line.workspace.time_zone))[1]


def test_a_call_over_midnight_costs_each_day_its_part(line: Line, clock: time_machine.Traveller) -> None:
    limited(line, "10.00")
    midnight = midnight_of(line)
    clock.move_to(midnight - timedelta(seconds=30))
    call = up(line)
    clock.shift(timedelta(seconds=50))
    assert spend.spent(cap(line), datetime.now(UTC)) == Decimal("0.20")
    Call.objects.filter(pk=call.pk).update(
        status=CallStatus.COMPLETED, duration_seconds=50, ended_at=midnight + timedelta(seconds=20)
    )
    assert spend.spent(cap(line), datetime.now(UTC)) == Decimal("0.20")


def test_without_a_limit_nothing_is_set_aside(line: Line) -> None:
    line.settings(price_per_minute=PRICE)
    assert up(line).spend_reserved is None


def test_another_workspaces_calls_do_not_count(line: Line, globex: Workspace) -> None:
    other = make_line(globex, "+12025550199")
    for one in (line, other):
        limited(one, "0.60")
    up(other)
    assert up(line).spend_reserved == Decimal("0.60")
