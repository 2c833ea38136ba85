"""The presets are well-formed, so that a plan may use them unread."""

import ipaddress
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from telephony.carriers import CARRIERS, Carrier, preset_rate, validate_carrier
from telephony.models import Trunk
from telephony.validators import validate_host, validate_port


@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=CARRIERS.keys())
def test_hosts_ports_and_ranges_are_what_a_gateway_takes(carrier: Carrier) -> None:
    if carrier.host:
        validate_host(carrier.host)
    validate_port(carrier.port)
    for address in carrier.addresses:
        network = ipaddress.ip_network(address)
        assert network.is_global
        assert network.prefixlen >= 8
    assert carrier.calls_per_second > 0


def test_every_preset_fits_its_column() -> None:
    assert max(map(len, CARRIERS)) <= (Trunk._meta.get_field("carrier").max_length or 0)


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="exotel, telnyx, twilio"):
        validate_carrier("nobody")


def test_the_rate_of_an_unknown_carrier_is_one_call_a_second() -> None:
    assert [preset_rate(carrier) for carrier in ("exotel", "", "nobody")] == [Decimal("3.33"), 1, 1]
