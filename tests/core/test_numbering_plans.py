"""Which numbers exist, and which cost more than they seem to."""

import pytest

from voxa.core.numbering_plans import is_costly, is_costly_short, is_known


@pytest.mark.parametrize(
    "number",
    [
        "+4990011234567",  # one digit too many
        "+338991234567",
        "+499002123456",  # a range that is not given out
        "+4911833",
        "+33118712",
        "+44118500",
        "+1900555012",
        "+34806123",
    ],
)
def test_what_only_looks_like_no_number_is_costly(number: str) -> None:
    assert is_costly(number)
    assert not is_known(number)


@pytest.mark.parametrize(
    "number",
    [
        "+19005550142",
        "+12029761234",
        "+448431234567",
        "+447012345678",
        "+8816123456789",
        "+870773111632",
        "+882161234567",
        "+883510012345678",
        "+979123456789",
        "+878101234567890",
        "+80812345678",
        "+80012345678",
        "+88812345678",
    ],
)
def test_premium_numbers_and_international_networks_are_costly(number: str) -> None:
    assert is_costly(number)


@pytest.mark.parametrize("number", ["+12025550123", "+442079460111", "+4915123456789", "+18005550199", "+15550100000"])
def test_ordinary_numbers_are_not(number: str) -> None:
    assert not is_costly(number)


@pytest.mark.parametrize(
    ("digits", "country", "costs"),
    [("11833", "DE", True), ("118712", "FR", True), ("1001", "US", False), ("2001", "US", False), ("201", "DE", False)],
)
def test_a_short_code_is_told_from_an_extension(digits: str, country: str, costs: bool) -> None:
    assert is_costly_short(digits, country) is costs
