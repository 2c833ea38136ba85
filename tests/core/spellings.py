"""Numbers of every country, and the ways in which people and programs write them. Source: libphonenumber's examples."""

import phonenumbers
from hypothesis import strategies as st
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

NUMBERS: list[tuple[str, str]] = []  # the number in E.164, and its country
FORMS = (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL, PhoneNumberFormat.RFC3966)
FROM = ("US", "DE", "FR", "RU", "AU", "BR", "JP", "SG", "KR")  # countries whose international prefixes differ
_DIGITS = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९")
_GAPS = ("", " ", "-", ".", "\u00a0", "\u2011", "\u2013", "\u2009", "/", " - ")

for _region in sorted(phonenumbers.SUPPORTED_REGIONS):
    for _type in PhoneNumberType.values():
        _example = phonenumbers.example_number_for_type(_region, _type)
        _number = phonenumbers.format_number(_example, PhoneNumberFormat.E164) if _example else ""
        if len(_number) > 7 and (_number, _region) not in NUMBERS:
            NUMBERS.append((_number, _region))


def spellings(number: str, region: str) -> dict[str, str]:
    """Return spellings of a number by libphonenumber, and the country in which each is read."""
    parsed = phonenumbers.parse(number)
    found = {phonenumbers.format_number(parsed, form): region for form in FORMS}
    abroad = {phonenumbers.format_out_of_country_calling_number(parsed, place): place for place in FROM}
    return {**found, **abroad, **bare(parsed, region), **with_trunk_prefix(parsed, region)}


def bare(parsed: PhoneNumber, region: str) -> dict[str, str]:
    """Return spellings without separators: 00, addresses."""
    code, national = parsed.country_code, phonenumbers.national_significant_number(parsed)
    return {
        f"00{code}{national}": region,
        f"+00{code}{national}": region,
        f"tel:+{code}-{national};npdi": region,
        f"sip:+{code}{national}@carrier.example:5060;user=phone": region,
        f'"Anna" <sip:+{code}{national}@carrier.example>': region,
        f"＋{code}{national}": region,
    }


def with_trunk_prefix(parsed: PhoneNumber, region: str) -> dict[str, str]:
    """Return the number with the trunk prefix behind the country code, where libphonenumber reads that."""
    trunk = phonenumbers.ndd_prefix_for_region(region, True) or ""
    text = f"+{parsed.country_code}{trunk}{phonenumbers.national_significant_number(parsed)}"
    return {text: region} if phonenumbers.parse(text) == parsed else {}


@st.composite
def spelled(draw: st.DrawFn) -> tuple[str, str, str]:
    """Draw a number in E.164, one spelling of it, and the country in which that is read."""
    number, region = draw(st.sampled_from(NUMBERS))
    text, country = draw(st.sampled_from(sorted(spellings(number, region).items())))
    if ":" not in text:
        text = text.translate(str.maketrans(_DIGITS[0], draw(st.sampled_from(_DIGITS))))
        text = text.replace(" ", draw(st.sampled_from(_GAPS)))
    return number, text, country
