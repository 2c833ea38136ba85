"""A replaced list of gateways keeps as many rows as it can: by address first, then by position."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from telephony.models import Gateway
from telephony.services.gateways import match_gateways


def gateway(address: tuple[str, int, str]) -> Gateway:
    host, port, protocol = address
    return Gateway(ip_or_domain=host, port=port, protocol=protocol)


def address(one: Gateway) -> tuple[str, int, str]:
    return one.ip_or_domain.lower(), one.port, one.protocol


lists = st.lists(
    st.tuples(
        st.sampled_from(["a.example", "A.example", "192.0.2.1"]),
        st.sampled_from([5060, 5061]),
        st.sampled_from(["udp", "tls"]),
    ).map(gateway),
    max_size=6,
)


@given(stored=lists, wanted=lists)
def test_each_stored_gateway_serves_at_most_once_and_none_is_wasted(
    stored: list[Gateway], wanted: list[Gateway]
) -> None:
    matches = match_gateways(stored, wanted)
    used = [match.pk for match in matches if match]
    assert len(matches) == len(wanted)
    assert len(used) == len(set(used)) == min(len(stored), len(wanted))


@given(stored=lists, wanted=lists)
def test_equal_addresses_always_meet(stored: list[Gateway], wanted: list[Gateway]) -> None:
    matches = match_gateways(stored, wanted)
    met = Counter(address(one) for one, match in zip(wanted, matches, strict=True) if match and same(one, match))
    assert met == Counter(map(address, stored)) & Counter(map(address, wanted))


@given(stored=lists)
def test_the_same_list_matches_itself(stored: list[Gateway]) -> None:
    assert match_gateways(stored, [gateway(address(one)) for one in stored]) == stored


@given(stored=lists, data=st.data())
def test_the_rest_goes_on_by_position(stored: list[Gateway], data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.integers(0, max(0, len(stored) - 1)))) if stored else set()
    wanted = [one if place in kept else gateway(("new.example", place, "udp")) for place, one in enumerate(stored)]
    matches = match_gateways(stored, wanted)
    rest = [match for place, match in enumerate(matches) if place not in kept]
    assert rest == [one for one in stored if one in rest]


def same(one: Gateway, other: Gateway) -> bool:
    return address(one) == address(other)
