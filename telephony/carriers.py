"""What is known of carriers, as data. A trunk names its preset in `carrier`."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError

from telephony.choices import Transport


@dataclass(frozen=True, slots=True)
class Carrier:
    """One carrier.

    `host` is where calls go out to (empty: it is the customer's own), `addresses` are the published ranges that its
    calls come from (empty: none are published, so the gateway's own name is resolved), `calls_per_second` what it
    takes of one customer unless they agreed on more.
    """

    name: str
    host: str
    port: int
    protocol: Transport
    addresses: tuple[str, ...]
    calls_per_second: Decimal


CARRIERS: dict[str, Carrier] = {
    # https://developer.exotel.com/docs/vsip/tls-integration (proxy of Mumbai, TLS on 443, 200 calls a minute)
    "exotel": Carrier("Exotel", "pstn.in2.exotel.com", 443, Transport.TLS, (), Decimal("3.33")),
    # https://developers.telnyx.com/docs/voice/sip-trunking/routing/failover-and-retries (two addresses a region),
    # https://sip.telnyx.com (50 calls a second from one address)
    "telnyx": Carrier(
        "Telnyx",
        "sip.telnyx.com",
        5060,
        Transport.UDP,
        (
            "192.76.120.10", "64.16.250.10",  # US
            "5.172.39.10", "5.172.39.25",  # EU
            "193.108.220.10", "193.108.220.25",  # Canada
            "103.135.104.10", "103.135.104.25",  # Australia
        ),
        Decimal(50),
    ),
    # https://www.twilio.com/docs/sip-trunking/ip-addresses (signalling), one call a second by default
    "twilio": Carrier(
        "Twilio",
        "",
        5060,
        Transport.UDP,
        (
            "54.172.60.0/30", "54.244.51.0/30",  # Virginia, Oregon
            "54.171.127.192/30", "35.156.191.128/30",  # Ireland, Frankfurt
            "54.65.63.192/30", "54.169.127.128/30",  # Tokyo, Singapore
            "54.252.254.64/30", "177.71.206.192/30",  # Sydney, São Paulo
        ),
        Decimal(1),
    ),
}  # fmt: skip


def validate_carrier(value: str) -> None:
    """Accept a known preset."""
    if value not in CARRIERS:
        raise ValidationError(f"Choose one of {', '.join(CARRIERS)}, or leave it empty.", code="carrier")


def preset_rate(carrier: str) -> Decimal:
    """Give the calls per second that a carrier takes of one customer by default; 1 where that is not known."""
    preset = CARRIERS.get(carrier)
    return preset.calls_per_second if preset else Decimal(1)
