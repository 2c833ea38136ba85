"""What a trunk's rows mean in LiveKit, case by case."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from telephony.choices import Transport
from telephony.sync.plan import Plan, plan
from telephony.sync.resolution import Resolution
from telephony.sync.rows import GatewayRow, TrunkRow

NUMBER = "+15550100000"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _gateway(host: str, **fields: Any) -> GatewayRow:
    values = {"netmask": 32, "transport": Transport.UDP, **fields}
    return GatewayRow(id=uuid4(), host=host, address=f"{host}:5060", **values)


def _plan(*gateways: GatewayRow, **fields: Any) -> Plan:
    values = {"numbers": (NUMBER,), **fields}
    return plan(TrunkRow(uuid4(), uuid4(), uuid4(), "Main", gateways=gateways, **values), uuid4())


def _allowed(planned: Plan) -> tuple[str, ...]:
    return planned.inbound.spec.allowed_addresses if planned.inbound else ()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("host", "netmask", "expected"),
    [
        ("192.0.2.10", 32, "192.0.2.10/32"),
        ("192.0.2.10", 24, "192.0.2.0/24"),
        ("2001:db8::1", 128, "2001:db8::1/128"),
        ("2001:db8::1", 64, "2001:db8::/64"),
    ],
)
def test_an_address_is_allowed_with_its_netmask(host: str, netmask: int, expected: str) -> None:
    assert _allowed(_plan(_gateway(host, netmask=netmask))) == (expected,)


def test_a_name_stands_for_its_addresses_and_never_for_itself() -> None:
    resolution = Resolution((("192.0.2.10", NOW), ("2001:db8::1", NOW)))
    planned = _plan(_gateway("sip.example.com", resolution=resolution))
    assert _allowed(planned) == ("192.0.2.10/32", "2001:db8::1/128")
    assert planned.warnings == ()


def test_the_netmask_of_a_name_counts_as_many_addresses_in_both_families() -> None:
    resolution = Resolution((("192.0.2.10", NOW), ("2001:db8::1", NOW)))
    planned = _plan(_gateway("sip.example.com", netmask=28, resolution=resolution))
    assert _allowed(planned) == ("192.0.2.0/28", "2001:db8::/124")


def test_a_name_that_never_resolved_closes_the_way_in_and_says_so() -> None:
    planned = _plan(_gateway("sip.example.com", resolution=Resolution(error="The name does not exist.")))
    assert planned.inbound is None
    assert len(planned.outbound) == 1
    assert "sip.example.com does not resolve" in planned.warnings[0]


def test_a_name_that_no_longer_resolves_keeps_its_addresses_and_says_so() -> None:
    planned = _plan(_gateway("sip.example.com", resolution=Resolution((("192.0.2.10", NOW),), "Timeout")))
    assert _allowed(planned) == ("192.0.2.10/32",)
    assert "at present" in planned.warnings[0]


def test_published_ranges_count_where_a_gateway_takes_calls_in() -> None:
    ranges = ("198.51.100.0/24", "203.0.113.7")
    allowed = _allowed(_plan(_gateway("sip.example.com"), published=ranges))
    assert allowed == ("198.51.100.0/24", "203.0.113.7/32")
    assert _plan(_gateway("sip.example.com", inbound=False), published=ranges).inbound is None


def test_numbers_that_nobody_can_call_are_warned_of() -> None:
    assert "cannot be called" in _plan(_gateway("192.0.2.10", inbound=False)).warnings[0]


def test_each_outbound_gateway_is_a_trunk_of_its_own_in_order() -> None:
    planned = _plan(_gateway("192.0.2.1"), _gateway("192.0.2.2", outbound=False), _gateway("192.0.2.3"), numbers=())
    assert [one.spec.address for one in planned.outbound] == ["192.0.2.1:5060", "192.0.2.3:5060"]  # type: ignore[union-attr]
    assert planned.outbound[0].spec.numbers == ("*",)  # type: ignore[union-attr]
