"""ISO 3166 country codes, such as US, of countries with a numbering plan."""

import phonenumbers

# What people write for a country, and its code.
_MEANT = {
    "UK": "GB", "GBR": "GB", "EN": "GB", "ENG": "GB", "SCO": "GB", "USA": "US", "AME": "US", "EL": "GR", "GRC": "GR",
    "DEU": "DE", "GER": "DE", "FRA": "FR", "ESP": "ES", "ITA": "IT", "IND": "IN", "CAN": "CA", "JAP": "JP", "JPN": "JP",
    "AUS": "AU", "CHE": "CH", "SUI": "CH", "AUT": "AT", "SF": "FI", "BRA": "BR", "MEX": "MX",
}  # fmt: skip
LONGEST = 60  # characters of what is read; anything else than two letters is answered with a remedy


class BadCountry(ValueError):
    """The text is not a country. The message is for people and names the remedy."""


def canonical_country(text: str) -> str:
    """Return a country code in upper case: `US` for `us`. Raise `BadCountry`."""
    code = text.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        meant = _MEANT.get(code, "")
        remedy = f"Use {meant}." if meant else "Use a two-letter code such as US."
        raise BadCountry(f"“{text.strip()[:LONGEST]}” is not a country. {remedy}")
    return code
