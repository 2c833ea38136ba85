"""Carriers' REST APIs, one module each, behind `CarrierApi`. To add one, write its module and list it here."""

from django.conf import settings

from telephony.carriers import telnyx
from telephony.carriers.protocol import (
    CarrierApi,
    CarrierError,
    CarrierNotConfigured,
    CarrierNumber,
    CarrierUnavailable,
)

__all__ = [
    "CARRIER_APIS",
    "CarrierApi",
    "CarrierError",
    "CarrierNotConfigured",
    "CarrierNumber",
    "CarrierUnavailable",
    "carrier_api",
    "default_carrier",
]

CARRIER_APIS = {"telnyx": telnyx.from_settings}


def carrier_api(carrier: str) -> CarrierApi:
    """Return a carrier's API with the operator's credentials. Raise `CarrierNotConfigured` with what is missing."""
    if carrier not in CARRIER_APIS:
        known = ", ".join(CARRIER_APIS)
        raise CarrierNotConfigured(f"Numbers cannot be imported from “{carrier}”. Supported carriers: {known}.")
    return CARRIER_APIS[carrier]()


def default_carrier() -> str:
    """Return the operator's carrier, `TELEPHONY_PROVIDER`, in lower case, or ""."""
    return str(settings.TELEPHONY_PROVIDER).strip().lower()
