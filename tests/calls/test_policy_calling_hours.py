"""Calling hours hold where the callee is, in every time zone the number may be in."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.choices import Reason
from calls.routing.calling_hours import Hours
from calls.routing.policies import calling_hours
from tests.calls.policy_facts import permitted
from voxa.core.numbering_plans import zones_of

NEW_YORK, BERLIN, TOLL_FREE = "+12125550123", "+4930901820", "+18005550199"
OFFICE = Hours(time(9), time(17))
WEEKDAYS = Hours(time(9), time(17), frozenset(range(5)))


def ask(
    number: str, now: datetime, hours: Hours | None = OFFICE, home: str = "UTC", *, strict: bool = False
) -> datetime | bool | None:
    """Return True if the call may be dialed, else the moment it may be."""
    countries = frozenset({"US", "DE"})
    refusal = calling_hours(permitted(now, number, *countries, hours=hours, home_zone=home, strict_hours=strict))
    if refusal is None:
        return True
    assert refusal.reason == Reason.CALLING_HOURS
    return refusal.until


@pytest.mark.parametrize(
    ("now", "answer"),
    [
        (datetime(2026, 1, 14, 14, 0, tzinfo=UTC), True),  # 09:00 in New York
        (datetime(2026, 1, 14, 13, 59, 59, tzinfo=UTC), datetime(2026, 1, 14, 14, 0, tzinfo=UTC)),
        (datetime(2026, 1, 14, 21, 59, 59, tzinfo=UTC), True),  # 16:59:59
        (datetime(2026, 1, 14, 22, 0, tzinfo=UTC), datetime(2026, 1, 15, 14, 0, tzinfo=UTC)),  # 17:00 is over
        (datetime(2026, 1, 15, 5, 0, tzinfo=UTC), datetime(2026, 1, 15, 14, 0, tzinfo=UTC)),  # midnight there
    ],
)
def test_window_edges(now: datetime, answer: object) -> None:
    assert ask(NEW_YORK, now) == answer


def test_daylight_saving_moves_the_window_with_the_wall_clock() -> None:
    saturday = datetime(2026, 3, 7, 23, 0, tzinfo=UTC)  # clocks go forward on 8 March 2026
    assert ask(NEW_YORK, saturday) == datetime(2026, 3, 8, 13, 0, tzinfo=UTC)  # 09:00 EDT, an hour earlier
    assert ask(NEW_YORK, datetime(2026, 10, 31, 23, 0, tzinfo=UTC)) == datetime(2026, 11, 1, 14, 0, tzinfo=UTC)


def test_a_start_that_the_clock_skips_opens_after_the_gap() -> None:
    hours = Hours(time(2, 30), time(5))
    opening = ask(NEW_YORK, datetime(2026, 3, 8, 6, 0, tzinfo=UTC), hours)
    assert opening == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_weekend_waits_for_monday() -> None:
    saturday = datetime(2026, 1, 17, 12, 0, tzinfo=UTC)
    assert ask(BERLIN, saturday, WEEKDAYS) == datetime(2026, 1, 19, 8, 0, tzinfo=UTC)


def test_a_window_past_midnight() -> None:
    night = Hours(time(20), time(2))
    assert ask(BERLIN, datetime(2026, 1, 14, 0, 59, tzinfo=UTC), night) is True  # 01:59
    assert ask(BERLIN, datetime(2026, 1, 14, 1, 0, tzinfo=UTC), night) == datetime(2026, 1, 14, 19, 0, tzinfo=UTC)


def test_a_toll_free_number_waits_until_every_zone_is_open() -> None:
    assert len(zones_of(TOLL_FREE)) > 10
    wide = Hours(time(0, 30), time(23, 30))
    opening = ask(TOLL_FREE, datetime(2026, 1, 14, 5, 0, tzinfo=UTC), wide)
    assert isinstance(opening, datetime)


def test_no_common_moment_falls_back_on_the_workspaces_hours() -> None:
    hour = Hours(time(9), time(10))
    assert ask(TOLL_FREE, datetime(2026, 1, 14, 15, 0, tzinfo=UTC), hour) == datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
    assert ask(TOLL_FREE, datetime(2026, 1, 14, 9, 30, tzinfo=UTC), hour) is True
    at_ten = datetime(2026, 1, 14, 15, 0, tzinfo=UTC)  # in New York
    assert ask(TOLL_FREE, at_ten, hour, home="America/New_York") == datetime(2026, 1, 15, 14, 0, tzinfo=UTC)
    assert ask(TOLL_FREE, at_ten, hour, strict=True) is None


def test_an_unknown_zone_counts_as_the_workspaces() -> None:
    now = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
    assert ask("+8835100000000", now) is True
    assert ask("+8835100000000", now, home="Asia/Tokyo") == datetime(2026, 1, 15, 0, 0, tzinfo=UTC)
    assert ask("+8835100000000", now, strict=True) is None
    assert ask("+8835100000000", now, None, strict=True) is True


@pytest.mark.parametrize(
    ("number", "hours", "words"),
    [
        (NEW_YORK, OFFICE, "It is 02:00 in America/New_York, outside the calling hours 09:00 to 17:00."),
        (TOLL_FREE, Hours(time(9), time(10)), "It is 07:00 in UTC, outside the calling hours 09:00 to 10:00. The "),
        (
            "+8835100000000",
            Hours(time(9), time(0)),
            "It is 07:00 in UTC, outside the calling hours 09:00 to 24:00. The ",
        ),
    ],
)
def test_the_reason_names_the_zone_that_was_used(number: str, hours: Hours, words: str) -> None:
    now = datetime(2026, 1, 14, 7, 0, tzinfo=UTC)
    refusal = calling_hours(permitted(now, number, "US", hours=hours))
    assert refusal
    assert refusal.message.startswith(words)
    assert ("The workspace's time zone applies because the number's" in refusal.message) == (number != NEW_YORK)


def test_midnight_ends_a_day() -> None:
    evening = Hours(time(9), time(0))  # 24:00
    assert ask(BERLIN, datetime(2026, 1, 14, 22, 59, 59, tzinfo=UTC), evening) is True
    assert ask(BERLIN, datetime(2026, 1, 14, 23, 0, tzinfo=UTC), evening) == datetime(2026, 1, 15, 8, 0, tzinfo=UTC)
    assert ask(BERLIN, datetime(2026, 1, 14, 23, 0, tzinfo=UTC), Hours(time(0), time(0))) is True


def test_an_hour_that_comes_twice_opens_twice() -> None:
    hours = Hours(time(1, 30), time(5))  # the clock goes from 02:00 EDT back to 01:00 EST at 06:00 UTC
    second = datetime(2026, 11, 1, 6, 10, tzinfo=UTC)
    assert ask(NEW_YORK, second, hours) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.times(),
    st.times(),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.sampled_from([NEW_YORK, BERLIN, "+61291234567", "+5511912345678"]),
)
def test_what_is_promised_holds(now: datetime, start: time, end: time, days: frozenset[int], number: str) -> None:
    hours = Hours(start, end, days)
    answer = ask(number, now, hours)
    if isinstance(answer, datetime):
        assert answer > now
        assert answer - now <= timedelta(days=9)
        assert ask(number, answer, hours) is True
