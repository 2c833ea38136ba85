"""When a webhook is tried again: the schedule of the specification."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.webhook_schedule import DELAYS, retry_after, retry_delay


def test_the_attempts_are_those_of_the_specification() -> None:
    delays = [retry_delay(attempts, None, 0.0) for attempts in range(1, 11)]
    assert delays[:2] == [timedelta(seconds=5), timedelta(minutes=5)]
    assert [delay and delay.total_seconds() / 3600 for delay in delays[2:]] == [0.5, 2, 5, 10, 14, 20, 24, None]
    assert sum(DELAYS, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)


@given(st.integers(1, 30), st.integers(0, 10**7), st.floats(0, 1))
def test_a_retry_is_never_early_and_never_more_than_a_day_and_a_tenth_away(
    attempts: int, asked: int, chance: float
) -> None:
    delay = retry_delay(attempts, timedelta(seconds=asked), chance)
    if attempts >= 10:
        assert delay is None
    else:
        assert delay is not None
        assert DELAYS[attempts] <= delay <= timedelta(days=1.1)
        assert delay >= min(timedelta(seconds=asked), timedelta(days=1))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), (" 7 ", 7), ("", None), (None, None), ("-5", None), ("soon", None), ("٣", None), ("9" * 40, None)],
)
def test_retry_after_is_read_in_seconds(header: str | None, seconds: int | None) -> None:
    assert retry_after(header) == (None if seconds is None else timedelta(seconds=seconds))
