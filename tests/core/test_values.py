"""Languages, time zones and URLs: the stored form of what is right, and words for what is wrong."""

import pytest

from tests import bad_values
from voxa.core.http.urls import BadUrl, normalized_url
from voxa.core.values.languages import BadLanguage, canonical_language
from voxa.core.values.time_zones import BadTimeZone, canonical_time_zone, time_zone_warning


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("EN-us", "en-US"), ("en_US", "en-US"), ("DE", "de"), ("zh-hant-tw", "zh-Hant-TW"), ("pt-br", "pt-BR"),
        ("es-419", "es-419"), ("iw", "he"), ("sr-latn-rs", "sr-Latn-RS"), ("cmn", "cmn"), (" fr ", "fr"),
    ],
)  # fmt: skip
def test_a_language_is_stored_as_bcp_47_spells_it(text: str, stored: str) -> None:
    assert canonical_language(text) == canonical_language(stored) == stored


@pytest.mark.parametrize("text", bad_values.LANGUAGES)
def test_what_is_no_language_is_refused(text: str) -> None:
    with pytest.raises(BadLanguage, match="en-US"):
        canonical_language(text)


@pytest.mark.parametrize(
    ("text", "stored"),
    [("europe/berlin", "Europe/Berlin"), ("America/New York", "America/New_York"), ("utc", "UTC"), ("US/Eastern",) * 2],
)
def test_a_time_zone_is_stored_as_iana_spells_it(text: str, stored: str) -> None:
    assert canonical_time_zone(text) == stored


@pytest.mark.parametrize("text", bad_values.TIME_ZONES)
def test_what_is_no_time_zone_is_refused(text: str) -> None:
    with pytest.raises(BadTimeZone, match="IANA name"):
        canonical_time_zone(text)


def test_an_abbreviation_is_answered_with_the_place_that_is_meant() -> None:
    with pytest.raises(BadTimeZone, match="America/Los_Angeles"):
        canonical_time_zone("PST")


@pytest.mark.parametrize("name", ["EST", "MST", "HST", "Etc/GMT+5", "Etc/UTC", "UTC", "GMT", "Zulu"])
def test_a_zone_without_summer_time_is_warned_of(name: str) -> None:
    assert "no daylight saving time" in time_zone_warning(name)


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "EST5EDT", "US/Eastern", "Japan"])
def test_a_place_is_not(name: str) -> None:
    assert time_zone_warning(name) == ""


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("HTTPS://Hooks.Example.COM/Path?a=B", "https://hooks.example.com/Path?a=B"),
        ("https://hooks.example.com:443/", "https://hooks.example.com/"),
        ("https://hooks.example.com:08443", "https://hooks.example.com:8443"),
        ("https://m\u00fcller.example/h", "https://xn--mller-kva.example/h"),
        ("https://hooks.example.com/%20?x=%7Bid%7D", "https://hooks.example.com/%20?x=%7Bid%7D"),
        ("https://[2606:4700::1111]:8443/x", "https://[2606:4700::1111]:8443/x"),
    ],
)
def test_a_url_has_one_spelling(text: str, stored: str) -> None:
    assert normalized_url(text) == stored
    assert normalized_url(stored) == stored


def test_a_base_url_has_no_query() -> None:
    with pytest.raises(BadUrl, match="paths are added"):
        normalized_url("https://models.example.com/v1?key=1", query=False)
