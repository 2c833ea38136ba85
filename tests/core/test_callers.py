"""Who calls, as carriers write it."""

import pytest

from voxa.core.phone_numbers import caller


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "anonymous",
        "Anonymous",
        "ANONYMOUS",
        "Restricted",
        "unavailable",
        "Unknown",
        "private",
        "Private Number",
        "Withheld",
        "number-withheld",
        "Blocked",
        "No Caller ID",
        "Coin line/payphone",
        "sip:anonymous@anonymous.invalid",
        '"Anonymous" <sip:Anonymous@anonymous.invalid;user=phone>',
        "sip:Restricted@192.0.2.10:5060",
        "tel:anonymous",
        "+266696687",  # ANONYMOUS on the keys of a telephone
        "0000000000",
    ],
)
def test_a_withheld_caller_is_no_number(text: str) -> None:
    assert caller(text, "US") == ""


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("2025550177", "US", "+12025550177"),
        ("12025550177", "US", "+12025550177"),
        ("0012025550177", "DE", "+12025550177"),
        ("030123456", "DE", "+4930123456"),
        ("sip:+12025550177@carrier.example", "US", "+12025550177"),
        ("442079460111", "US", "+442079460111"),
        ("+12025550177", None, "+12025550177"),
    ],
)
def test_a_caller_is_read_in_the_trunks_country(text: str, country: str | None, number: str) -> None:
    assert caller(text, country) == number


@pytest.mark.parametrize("text", ["201", "reception", "sip:alice@pbx.example"])
def test_an_extension_or_a_name_stays_as_it_came(text: str) -> None:
    assert caller(text, "US") == text
