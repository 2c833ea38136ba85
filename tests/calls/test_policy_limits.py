"""Limits put a call off until they pass."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from calls.choices import Reason
from calls.routing.policies import SLOT_RETRY, Facts, Load, first_refusal
from tests.calls.policy_facts import permitted

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
US = permitted(NOW, "+12125550123", "US")


def refused(facts: Facts) -> tuple[Reason, datetime | None] | None:
    refusal = first_refusal(facts)
    return None if refusal is None else (refusal.reason, refusal.until)


def test_a_full_trunk_or_workspace_is_looked_at_again_soon() -> None:
    assert refused(replace(US, trunk=Load(4, 5), workspace=Load(9, None))) is None
    assert refused(replace(US, trunk=Load(5, 5))) == (Reason.CONCURRENCY, NOW + SLOT_RETRY)
    assert refused(replace(US, workspace=Load(3, 2))) == (Reason.CONCURRENCY, NOW + SLOT_RETRY)
    assert refused(replace(US, trunk=Load(0, 0))) == (Reason.CONCURRENCY, NOW + SLOT_RETRY)


def test_attempts_are_counted_over_a_rolling_day() -> None:
    recent = tuple(NOW - timedelta(hours=hours) for hours in (25, 23, 5, 1))
    facts = replace(US, recent_attempts=recent, daily_attempts=3)
    assert refused(facts) == (Reason.CALLEE_ATTEMPTS, NOW + timedelta(hours=1))
    assert refused(replace(facts, now=NOW + timedelta(hours=1))) is None
    assert refused(replace(facts, daily_attempts=4)) is None
    assert refused(replace(facts, daily_attempts=0)) == (Reason.CALLEE_ATTEMPTS, None)


def test_spend_waits_for_the_next_day() -> None:
    midnight = NOW + timedelta(hours=12)
    facts = replace(US, spent_today=Decimal("9.99"), spend_limit=Decimal(10), spend_resets_at=midnight)
    assert refused(facts) is None
    assert refused(replace(facts, spent_today=Decimal(10))) == (Reason.SPEND, midnight)


def test_the_latest_of_several_limits_is_waited_for_and_a_final_one_wins() -> None:
    midnight = NOW + timedelta(hours=12)
    both = replace(US, trunk=Load(5, 5), spend_limit=Decimal(0), spend_resets_at=midnight)
    assert refused(both) == (Reason.SPEND, midnight)
    assert refused(replace(both, on_do_not_call=True)) == (Reason.DO_NOT_CALL, None)
