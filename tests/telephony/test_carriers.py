"""The presets are well-formed, so that a plan and a form may use them unread."""

import ipaddress
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from telephony.addresses import validate_host
from telephony.carriers.presets import CARRIERS, Carrier, preset_rate, validate_carrier
from telephony.choices import Transport
from telephony.models import Trunk
from telephony.validators import validate_port, validate_tech_prefix

each = pytest.mark.parametrize("carrier", CARRIERS.values(), ids=CARRIERS.keys())


@each
def test_hosts_ports_and_addresses_are_what_a_gateway_takes(carrier: Carrier) -> None:
    for host in filter(None, (carrier.host, carrier.host_pattern)):
        validate_host(host)
    for port in (carrier.port, *carrier.transports):
        validate_port(port)
    for address in carrier.addresses:
        network = ipaddress.ip_network(address)
        assert network.is_global
        assert network.prefixlen >= 24
    validate_tech_prefix(carrier.tech_prefix)
    assert carrier.calls_per_second is None or carrier.calls_per_second > 0


@each
def test_every_preset_names_its_sources_and_says_what_to_do(carrier: Carrier) -> None:
    assert carrier.sources
    assert all(source.startswith("https://") for source in carrier.sources)
    assert carrier.note


def test_every_preset_fits_its_column() -> None:
    assert max(map(len, CARRIERS)) <= (Trunk._meta.get_field("carrier").max_length or 0)


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="exotel, plivo, signalwire, telnyx, twilio"):
        validate_carrier("nobody")


def test_the_rate_of_an_unknown_carrier_is_one_call_a_second() -> None:
    assert [preset_rate(name) for name in ("exotel", "signalwire", "", "nobody")] == [Decimal("3.33"), 1, 1, 1]


def test_a_port_tells_the_transport() -> None:
    exotel = CARRIERS["exotel"]
    assert [exotel.transport(port) for port in (443, 5070, 9999)] == [Transport.TLS, Transport.TCP, Transport.TLS]
