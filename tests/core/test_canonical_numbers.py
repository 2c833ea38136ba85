"""Any spelling of a number comes to one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.spellings import NUMBERS, spelled, spellings
from voxa.core.phone_numbers import E164, NumberError, canonical, is_canonical, or_none, same


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+12025550123", None, "+12025550123"),
        ("+1 (202) 555-0123", None, "+12025550123"),
        ("++1 202 555 0123", None, "+12025550123"),
        ("0012025550123", None, "+12025550123"),
        ("0012025550123", "US", "+12025550123"),
        ("01112025550123", "US", "+12025550123"),
        ("011 44 20 7946 0111", "US", "+442079460111"),
        ("2025550177", "US", "+12025550177"),
        ("1 202 555 0177", "US", "+12025550177"),
        ("12025550123.0", "US", "+12025550123"),  # a spreadsheet's quantity
        ("'+12025550123", None, "+12025550123"),
        ("tel:+1-202-555-0123", None, "+12025550123"),
        ("TEL:+1-202-555-0123;rn=+12025550000;npdi", None, "+12025550123"),
        ("tel:555-0123;phone-context=+1-202", None, "+12025550123"),
        ("sip:+12025550123@carrier.example;user=phone", None, "+12025550123"),
        ("sip:%2B12025550123@carrier.example", None, "+12025550123"),
        ("sip:2025550123;npdi@carrier.example:5060", "US", "+12025550123"),
        ('"Anna" <sips:+12025550123@carrier.example>', None, "+12025550123"),
        ("１２０２５５５０１２３", "US", "+12025550123"),
        ("+1\u00a0202\u2011555\u20130123", None, "+12025550123"),
        ("\u202a+12025550123\u202c", None, "+12025550123"),
        ("(02) 9876 5432", "AU", "+61298765432"),
        ("030/123456", "de", "+4930123456"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
        ("8~10 44 20 7946 0111", "RU", "+442079460111"),
        ("03ー1234ー5678", "JP", "+81312345678"),
        ("+15550100000", None, "+15550100000"),  # in no plan
        ("5550100000", "US", "+15550100000"),
        ("+999123456789", None, "+999123456789"),  # a country code that nobody has
    ],
)
def test_common_spellings_are_read(text: str, country: str | None, number: str) -> None:
    assert canonical(text, country) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+4402079460111", "+442079460111"),
        ("+44 (0)20 7946 0111", "+442079460111"),
        ("+44 0044 20 7946 0111", "+44442079460111"),  # not the same number: no plan drops a second country code
        ("+0044 20 7946 0111", "+442079460111"),
        ("+49 0151 23456789", "+4915123456789"),
        ("+49 00 151 23456789", "+4915123456789"),
        ("+112025550199", "+12025550199"),
        ("+1 1 1 202 555 0199", "+12025550199"),
        ("+61 0412 345 678", "+61412345678"),
        ("+36 06 1 234 5678", "+3612345678"),
        ("+370 8 612 34567", "+37061234567"),
        ("+7 8 495 123 45 67", "+74951234567"),
        ("+39 06 1234 5678", "+390612345678"),  # Italy's zero is part of the number
        ("+39 (0)6 1234 5678", "+390612345678"),
        ("+34 (0)91 123 45 67", "+34911234567"),
    ],
)
def test_a_trunk_prefix_behind_the_country_code_is_taken_out(text: str, number: str) -> None:
    assert canonical(text) == number


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+52 1 55 1234 5678", None, "+525512345678"),
        ("044 55 1234 5678", "MX", "+525512345678"),
        ("01 55 1234 5678", "MX", "+525512345678"),
        ("+54 11 15 2345 6789", None, "+5491123456789"),
        ("+54 9 11 2345 6789", None, "+5491123456789"),
        ("011 15-2345-6789", "AR", "+5491123456789"),
        ("+55 11 8888 7777", None, "+5511988887777"),
        ("0 15 11 98888 7777", "BR", "+5511988887777"),  # dialed through carrier 15
        ("+55 015 11 98888 7777", None, "+5511988887777"),
        ("+229 97 97 97 97", None, "+2290197979797"),
        ("+225 07 12 34 56", None, "+2250707123456"),
        ("+225 21 23 45 67", None, "+2252721234567"),
        ("+57 1 234 5678", None, "+576012345678"),
        ("+57 031 234 5678", None, "+576012345678"),
    ],
)
def test_mobile_prefixes_and_given_up_plans_come_to_the_number_of_today(
    text: str, country: str | None, number: str
) -> None:
    assert canonical(text, country) == number


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("", "US", "empty"),
        (" \u00a0 ", "US", "empty"),
        ("tel:", "US", "empty"),
        ("1-800-FLOWERS", "US", "letters"),
        ("sip:alice@example.org", "US", "letters"),
        ("1.20256E+10", "US", "letters"),
        ("+1 202 555 0123 or 0124", None, "letters"),
        ("+1 202 555 0123 x7", None, "extension"),
        ("+1 202 555 0123 ext. 7", None, "extension"),
        ("+12025550123,,7", None, "extension"),
        ("+12025550123;7", None, "extension"),
        ("+12025550123#7", None, "extension"),
        ("tel:+1-202-555-0123;ext=7", None, "extension"),
        ("+7 495 123-45-67 доб. 12", None, "extension"),
        ("+1202", None, "too_short"),
        ("5550123", "US", "too_short"),
        ("911", "US", "too_short"),
        ("202555012345", "US", "too_long"),  # and not Egypt's +20 2 555012345
        ("442079460111", "US", "too_long"),
        ("0", "US", "invalid"),
        ("00", None, "no_country"),
        ("+1202555012345678", None, "too_long"),
        ("9" * 301, "US", "too_long"),
        ("2025550177", None, "no_country"),
        ("12025550123", None, "no_country"),
        ("+", None, "invalid"),
        ("+0 20 7946 0111", "GB", "invalid"),
        ("*67 2025550123", "US", "invalid"),
        ("+12025550141,+12025550142", None, "invalid"),
        ("+12025550141\n+12025550142", None, "invalid"),
        ("+1+2025550142", None, "invalid"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(text: str, country: str | None, code: str) -> None:
    with pytest.raises(NumberError) as raised:
        canonical(text, country)
    assert (raised.value.code, raised.value.message[-1]) == (code, ".")


def test_every_countrys_numbers_are_read_in_every_spelling() -> None:
    wrong = []
    for number, region in NUMBERS:
        wrong += [(text, place) for text, place in spellings(number, region).items() if or_none(text, place) != number]
    assert wrong == []


@given(spelled())
def test_separators_and_scripts_do_not_matter(drawn: tuple[str, str, str]) -> None:
    number, text, country = drawn
    assert canonical(text, country) == number
    assert same(text, number, country)


@given(
    st.text() | st.from_regex(r"\+?[0-9 ()*#;,.x-]{1,20}", fullmatch=True), st.sampled_from([None, "US", "DE", "AR"])
)
def test_any_text_is_a_number_or_refused(text: str, country: str | None) -> None:
    try:
        number = canonical(text, country)
    except NumberError:
        return
    assert E164.fullmatch(number)
    assert canonical(number) == number
    assert is_canonical(number)


@given(st.from_regex(r"\+[1-9][0-9]{6,16}", fullmatch=True))
def test_the_canonical_form_is_its_own(text: str) -> None:
    number = or_none(text)
    assert number is None or canonical(number) == canonical(number, "GB") == number


def test_a_lost_plus_is_found_where_it_may_be_lost() -> None:
    assert canonical("442079460111", "US", plus_may_be_lost=True) == "+442079460111"
    assert canonical("2025550177", "US", plus_may_be_lost=True) == "+12025550177"
    assert canonical("12025550177", None, plus_may_be_lost=True) == "+12025550177"


def test_two_numbers_are_not_one() -> None:
    assert not same("+12025550123", "+12025550124")
    assert not same("nobody", "nobody")
