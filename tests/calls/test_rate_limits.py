"""Dials are planned and sent at the pace that trunk and workspace allow, and no more at once than they carry."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import ceil

import pytest
import time_machine
from django.db import transaction

from accounts.models import Workspace
from calls.choices import LIVE, Reason
from calls.dialer.rate_limits import (
    FULL_FOR,
    HORIZON,
    LATENESS,
    MARGIN,
    SHARED_TRUNK,
    SHORT_WAIT,
    Limit,
    SendWindow,
    limits_of,
    plan,
    slow_down,
    take_turn,
)
from calls.models import Call, DialSlot
from calls.routing.policies import Refusal
from telephony.models import TelephonySettings
from tests.calls.conftest import Line, make_line

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def limits(line: Line, trunk: str | None = "5", workspace: str | None = None, single: str = "") -> list[Limit]:
    """Limits of calls a second; the one named `single` carries one call at once."""
    rates = {"trunk": (line.trunk.pk, trunk), "workspace": (line.workspace.pk, workspace)}
    return [
        Limit(pk, name, Decimal(rate) if rate else None, 1 if name == single else None, name)
        for name, (pk, rate) in rates.items()
    ]


def planned(call: Call, wanted: list[Limit]) -> datetime | Refusal:
    with transaction.atomic():
        return plan(call, wanted)


def turn(wanted: list[Limit], tries: int = 0) -> SendWindow | datetime:
    with transaction.atomic():
        return take_turn(wanted, tries)


def interval(rate: str) -> timedelta:
    return timedelta(seconds=float(MARGIN / Decimal(rate)))


def test_dials_are_planned_one_interval_apart_up_to_the_horizon(line: Line) -> None:
    call, wanted = line.place(), limits(line, "5")
    found = [planned(call, wanted) for _ in range(6)]
    assert found[:5] == [NOW + place * interval("5") for place in range(5)]
    assert isinstance(found[5], Refusal)
    assert (found[5].reason, found[5].until) == (Reason.RATE, NOW + 5 * interval("5"))
    assert 5 * interval("5") > HORIZON


def test_the_slower_of_trunk_and_workspace_sets_the_pace(line: Line) -> None:
    call, wanted = line.place(), limits(line, "50", "2")
    assert [planned(call, wanted) for _ in range(2)] == [NOW, NOW + interval("2")]


def test_another_trunks_dials_do_not_slow_this_one(line: Line, globex: Workspace) -> None:
    other = make_line(globex, "+12025550111")
    assert planned(line.place(), limits(line)) == planned(other.place(), limits(other)) == NOW


def test_without_a_limit_nothing_is_planned_ahead(line: Line) -> None:
    call, wanted = line.place(), limits(line, None)
    assert {planned(call, wanted) for _ in range(100)} == {NOW}


@pytest.mark.parametrize("name", ["trunk", "workspace"])
@pytest.mark.parametrize("status", sorted(LIVE))
def test_a_full_trunk_or_workspace_takes_no_call_until_one_ended(line: Line, name: str, status: str) -> None:
    live, call, wanted = line.place(), line.place(), limits(line, single=name)
    Call.objects.filter(pk=live.pk).update(status=status)
    refusal = planned(call, wanted)
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.until) == (Reason.CONCURRENCY, NOW + FULL_FOR)
    assert DialSlot.objects.filter(full_until=NOW + FULL_FOR).count() == 1
    Call.objects.filter(pk=live.pk).update(status="completed")
    assert planned(call, wanted) == NOW


def test_a_turn_is_taken_just_before_sending_and_holds_the_next_one_back(line: Line) -> None:
    wanted = limits(line, "5")
    assert turn(wanted) == SendWindow(NOW, NOW + LATENESS)
    second = NOW + interval("5")
    assert turn(wanted) == SendWindow(second, second + LATENESS)
    third = turn(wanted)
    assert third == NOW + 2 * interval("5"), "too far ahead: asked for again then"
    assert 2 * interval("5") > SHORT_WAIT


def test_each_further_try_may_be_later_and_spaces_the_dials_of_the_next_second_wider(line: Line) -> None:
    wanted, wider = limits(line, "20"), interval("20") + 3 * LATENESS / 20
    assert turn(wanted, tries=1) == SendWindow(NOW, NOW + 4 * LATENESS)
    assert turn(wanted) == SendWindow(NOW + wider, NOW + wider + LATENESS)
    assert turn(wanted) == SendWindow(NOW + 2 * wider, NOW + 2 * wider + LATENESS)


def test_the_spacing_narrows_a_second_after_the_long_window(line: Line, clock: time_machine.Traveller) -> None:
    wanted = limits(line, "20")
    turn(wanted, tries=1)
    then = NOW + 4 * LATENESS + timedelta(seconds=1.1)
    clock.move_to(then, tick=False)
    assert [turn(wanted), turn(wanted)] == [SendWindow(at, at + LATENESS) for at in (then, then + interval("20"))]


@pytest.mark.parametrize("rate", ["0.5", "1", "2.5", "20"])
def test_no_second_holds_more_dials_than_allowed_however_late_each_is_sent_in_its_window(
    line: Line, clock: time_machine.Traveller, rate: str
) -> None:
    chance, wanted, windows = random.Random(rate), limits(line, rate), list[SendWindow]()
    while len(windows) < 100:
        taken = turn(wanted, tries=max(0, chance.randrange(-3, 5)))
        if isinstance(taken, SendWindow):
            windows.append(taken)
        else:
            clock.move_to(taken, tick=False)
    most = ceil(Decimal(rate))
    for first, over in zip(windows, windows[most:], strict=False):
        assert over.at - first.not_after >= timedelta(seconds=1)


def test_a_trunk_whose_carrier_has_no_room_rests_and_is_never_hurried(line: Line) -> None:
    trunk = limits(line)[0]
    slow_down(trunk, NOW + timedelta(seconds=5))
    slow_down(trunk, NOW + timedelta(seconds=2))
    refusal = planned(line.place(), limits(line))
    assert isinstance(refusal, Refusal)
    assert refusal.until == NOW + timedelta(seconds=5)


def test_limits_come_from_the_trunk_the_preset_or_one_a_second(line: Line) -> None:
    line.settings(calls_per_second=Decimal(3), max_concurrent_calls=9)
    config = TelephonySettings.of(line.workspace.pk)
    workspace, trunk = limits_of(line.trunk, config)
    assert (workspace.per_second, workspace.at_once, trunk.per_second, trunk.at_once) == (
        Decimal(3),
        9,
        Decimal(1),
        None,
    )
    line.trunk.calls_per_second, line.trunk.max_concurrent_calls = Decimal(7), 4
    assert [(one.per_second, one.at_once) for one in limits_of(line.trunk, config)] == [
        (Decimal(3), 9),
        (Decimal(7), 4),
    ]
    shared = limits_of(None, config)[1]
    assert (shared.id, shared.per_second) == (SHARED_TRUNK, Decimal(1))
