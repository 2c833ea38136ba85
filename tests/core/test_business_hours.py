"""Weekly hours: several a day, over midnight, on holidays, and where daylight saving begins and ends."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voxa.core.business_hours import BadHours, canonical_holidays, canonical_hours, is_open

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
OFFICE = [{"day": day, "opens": opens, "closes": closes} for day in range(5)
          for opens, closes in (("09:00", "12:00"), ("13:00", "17:30"))]  # fmt: skip
NIGHT = [{"day": 4, "opens": "22:00", "closes": "06:00"}]  # Friday


def at(text: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-02T08:59:59", False), ("2026-03-02T09:00", True), ("2026-03-02T11:59:59", True),
        ("2026-03-02T12:00", False), ("2026-03-02T13:00", True), ("2026-03-02T17:29", True),
        ("2026-03-02T17:30", False), ("2026-03-07T10:00", False), ("2026-03-08T10:00", False),
    ],
)  # fmt: skip
def test_hours_of_a_week(moment: str, *, expected: bool) -> None:
    assert is_open(OFFICE, [], at(moment), BERLIN) is expected


@pytest.mark.parametrize(
    ("moment", "holidays", "expected"),
    [
        ("2026-03-06T21:59", [], False), ("2026-03-06T22:00", [], True), ("2026-03-07T00:00", [], True),
        ("2026-03-07T05:59", [], True), ("2026-03-07T06:00", [], False), ("2026-03-06T03:00", [], False),
        ("2026-03-07T22:30", [], False),
        ("2026-03-06T23:00", ["2026-03-07"], True), ("2026-03-07T01:00", ["2026-03-07"], False),
        ("2026-03-06T23:00", ["2026-03-06"], False), ("2026-03-07T01:00", ["2026-03-06"], False),
    ],
)  # fmt: skip
def test_hours_over_midnight_are_of_the_day_on_which_they_begin(
    moment: str, holidays: list[str], *, expected: bool
) -> None:
    assert is_open(NIGHT, holidays, at(moment), BERLIN) is expected


def test_sunday_night_goes_on_into_monday() -> None:
    sunday = [{"day": 6, "opens": "20:00", "closes": "08:00"}]
    assert is_open(sunday, [], at("2026-03-09T07:00"), BERLIN)
    assert not is_open(sunday, [], at("2026-03-08T07:00"), BERLIN)


def test_the_wall_clock_counts_when_daylight_saving_begins_and_ends() -> None:
    hours = [{"day": 6, "opens": "01:30", "closes": "09:00"}]
    for utc, expected in (
        ("2026-03-08T06:29", False), ("2026-03-08T06:30", True),  # 01:30 EST
        ("2026-03-08T12:59", True), ("2026-03-08T13:00", False),  # 09:00 EDT, an hour earlier than the week before
        ("2026-11-01T05:30", True), ("2026-11-01T06:15", False), ("2026-11-01T06:30", True),  # 01:30 comes twice
        ("2026-11-01T13:59", True), ("2026-11-01T14:00", False),
    ):  # fmt: skip
        assert is_open(hours, [], datetime.fromisoformat(utc).replace(tzinfo=UTC), NEW_YORK) is expected, utc


def test_without_hours_only_holidays_are_closed_and_whole_days_are_open_to_their_end() -> None:
    noon = at("2026-12-25T12:00")
    assert is_open([], [], noon, BERLIN)
    assert not is_open([], ["2026-12-25"], noon, BERLIN)
    assert not is_open([], ["2026-12-25"], at("2026-12-24T23:30", "UTC"), BERLIN)  # the 25th there
    friday = [{"day": 4, "opens": "00:00", "closes": "24:00"}]
    assert is_open(friday, [], at("2026-03-06T23:59"), BERLIN)
    assert not is_open(friday, [], at("2026-03-07T00:00"), BERLIN)


def test_the_stored_form_is_in_the_order_of_the_week_each_once() -> None:
    given = [{"day": 1, "opens": "9:00", "closes": "17:00"}, {"day": 0, "opens": "22:00:00", "closes": "24:00"},
             {"day": 1, "opens": "09:00", "closes": "17:00"}]  # fmt: skip
    assert canonical_hours(given) == [
        {"day": 0, "opens": "22:00", "closes": "24:00"}, {"day": 1, "opens": "09:00", "closes": "17:00"}
    ]  # fmt: skip
    assert canonical_holidays([date(2026, 12, 26), "2026-12-25", "2026-12-25"]) == ["2026-12-25", "2026-12-26"]


@pytest.mark.parametrize(
    "value",
    [
        {}, "09:00", [1], [{"day": 0}], [{"day": 7, "opens": "09:00", "closes": "17:00"}],
        [{"day": True, "opens": "09:00", "closes": "17:00"}], [{"day": 0, "opens": "24:00", "closes": "17:00"}],
        [{"day": 0, "opens": "09:00", "closes": "09:00"}], [{"day": 0, "opens": "09:60", "closes": "17:00"}],
        [{"day": 0, "opens": "09:00", "closes": "24:30"}], [{"day": 0, "opens": 9, "closes": 17}],
        [{"day": 0, "opens": "09:00", "closes": "17:00", "x": 1}],
        [{"day": 0, "opens": "09:00", "closes": "17:00"}] * 71,
    ],
)  # fmt: skip
def test_other_hours_are_refused(value: Any) -> None:
    with pytest.raises(BadHours):
        canonical_hours(value)


@pytest.mark.parametrize("value", ["2026-12-25", ["25.12.2026"], ["2026-02-30"], [20261225], [None]])
def test_other_holidays_are_refused(value: Any) -> None:
    with pytest.raises(BadHours):
        canonical_holidays(value)
