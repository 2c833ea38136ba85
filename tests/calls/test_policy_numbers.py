"""Countries, costly numbers, caller ID and the do-not-call list."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from calls.choices import Reason
from calls.routing.policies import Facts, first_refusal
from tests.calls.policy_facts import permitted
from voxa.core.numbering_plans import country_of

US = permitted(datetime(2026, 1, 14, 12, tzinfo=UTC), "+12125550123", "US")


def reason(facts: Facts) -> Reason | None:
    refusal = first_refusal(facts)
    if refusal is None:
        return None
    assert refusal.until is None
    assert refusal.message.endswith(".")
    return refusal.reason


def test_the_own_country_is_called() -> None:
    assert reason(US) is None


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("+18765551234", "JM"),
        ("+18095551234", "DO"),
        ("+14165551234", "CA"),
        ("+447400123456", "GB"),
        ("+915550100000", "IN"),  # outside the plan, but the code is one country's
        ("+15550100000", None),  # the code is shared and the area code unknown
        ("+883510000000", None),  # no country
        ("+9991234567", None),
    ],
)
def test_a_plus_one_number_of_the_caribbean_is_not_the_us(number: str, found: str | None) -> None:
    assert country_of(number) == found
    assert reason(replace(US, to_number=number)) == Reason.COUNTRY


@pytest.mark.parametrize("number", ["+19005551234", "+447012345678", "+448431234567", "+491378123456"])
def test_costly_numbers_are_refused_until_allowed(number: str) -> None:
    facts = replace(US, to_number=number, countries=frozenset({"US", "GB", "DE"}))
    assert reason(facts) == Reason.PREMIUM
    assert reason(replace(facts, allow_premium=True)) is None


def test_do_not_call_and_caller_id() -> None:
    assert reason(replace(US, on_do_not_call=True)) == Reason.DO_NOT_CALL
    assert reason(replace(US, caller_id_verified=False)) == Reason.CALLER_ID


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+4990011234567", Reason.PREMIUM),
        ("+338991234567", Reason.PREMIUM),
        ("+499002123456", Reason.PREMIUM),
        ("+4911833", Reason.PREMIUM),
        ("+33118712", Reason.PREMIUM),
        ("+491511234", Reason.UNKNOWN_NUMBER),
        ("+33912", Reason.UNKNOWN_NUMBER),
    ],
)
def test_unknown_is_not_allowed(number: str, why: Reason) -> None:
    facts = replace(US, to_number=number, countries=frozenset({"DE", "FR"}))
    assert reason(facts) == why
    assert reason(replace(facts, allow_premium=True)) == Reason.UNKNOWN_NUMBER
    assert reason(replace(facts, allow_premium=True, allow_unknown=True)) is None
