"""How carriers write the number called, and which number it is."""

import pytest

from accounts.models import Workspace
from telephony.called_numbers import number_called, spellings
from telephony.selectors import find_called
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk

LONDON, US = "+442079460123", "+12025550123"


@pytest.mark.parametrize(
    ("number", "form", "expected"),
    [
        (LONDON, "e164", (LONDON,)),
        (LONDON, "digits", ("442079460123",)),
        (LONDON, "double_zero", (LONDON, "00442079460123")),
        (LONDON, "national", (LONDON, "02079460123")),
        (US, "national", (US, "2025550123")),
    ],
)
def test_a_number_in_each_form(number: str, form: str, expected: tuple[str, ...]) -> None:
    assert spellings(number, form) == expected
    assert all(number_called(spelling, [US, LONDON], form) == number for spelling in expected)


def test_another_number_is_none_of_them() -> None:
    assert number_called("02079460999", [LONDON], "national") is None
    assert number_called("02079460123", [LONDON], "e164") is None


@pytest.mark.django_db
def test_a_call_finds_its_number_in_the_carriers_spelling(acme: Workspace) -> None:
    gateways = [{"ip_or_domain": "192.0.2.1"}]
    trunk = create_trunk(acme, {"name": "UK", "gateways": gateways, "called_number_format": "national"})
    number = add_number(trunk, LONDON)
    assert find_called(trunk, "02079460123") == number
    assert find_called(trunk, "442079460123") == number
    assert find_called(trunk, "anonymous") is None
