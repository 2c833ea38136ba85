"""Whatever the rows say: never an open way in, never a half secret, never wider than the rows."""

import ipaddress
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.choices import MediaEncryption, Transport
from telephony.livekit import DispatchRuleSpec, InboundTrunkSpec, OutboundTrunkSpec
from telephony.sync.plan import plan
from telephony.sync.resolution import Resolution
from telephony.sync.rows import GatewayRow, TrunkRow

INSTALLATION = uuid4()
NOW = datetime(2026, 1, 1, tzinfo=UTC)
V4, V6 = st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str)
NAMES = st.sampled_from(["sip.example.com", "gw.carrier.net"])


@st.composite
def gateways(draw: st.DrawFn) -> GatewayRow:
    host = draw(V4 | V6 | NAMES)
    return GatewayRow(
        id=draw(st.uuids()),
        host=host,
        address=f"{host}:5060",
        netmask=draw(st.integers(8, 128 if ":" in host else 32)),
        transport=draw(st.sampled_from(Transport)),
        inbound=draw(st.booleans()),
        outbound=draw(st.booleans()),
        resolution=Resolution(tuple((text, NOW) for text in draw(st.lists(V4 | V6, max_size=3)))),
    )


trunks = st.builds(
    TrunkRow,
    id=st.uuids(),
    workspace_id=st.uuids(),
    project_id=st.uuids(),
    name=st.text(max_size=20),
    gateways=st.lists(gateways(), max_size=4).map(tuple),
    numbers=st.lists(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True), max_size=4, unique=True).map(tuple),
    published=st.sampled_from([(), ("198.51.100.0/24",)]),
    username=st.sampled_from(["", "user"]),
    password=st.sampled_from(["", "s3cret"]),
    media_encryption=st.sampled_from(MediaEncryption),
)


@given(trunks)
def test_no_way_in_without_numbers_and_addresses(trunk: TrunkRow) -> None:
    inbound = plan(trunk, INSTALLATION).inbound
    if inbound is not None:
        assert isinstance(inbound.spec, InboundTrunkSpec)
        assert inbound.spec.numbers == trunk.numbers != ()
        assert inbound.spec.allowed_addresses
        assert all("/" in text for text in inbound.spec.allowed_addresses)
        inbound.spec.refuse_if_open()


@given(trunks)
def test_no_address_wider_than_the_rows_say(trunk: TrunkRow) -> None:
    inbound = plan(trunk, INSTALLATION).inbound
    allowed = [ipaddress.ip_network(text) for text in inbound.spec.allowed_addresses] if inbound else []  # type: ignore[union-attr]
    for network in allowed:
        assert any(_contains(source, network) for source in _sources(trunk)), network


@given(trunks)
def test_a_rule_names_the_inbound_trunk_or_does_not_exist(trunk: TrunkRow) -> None:
    planned = plan(trunk, INSTALLATION)
    with pytest.raises(ValueError, match="inbound trunk"):
        planned.rule("")
    if planned.inbound is None:
        with pytest.raises(ValueError, match="inbound trunk"):
            planned.rule("ST_1")
    else:
        rule = planned.rule("ST_1").spec
        assert isinstance(rule, DispatchRuleSpec)
        assert rule.trunk_ids == ("ST_1",)


@given(trunks)
def test_credentials_go_out_whole_or_not_at_all(trunk: TrunkRow) -> None:
    for desired in plan(trunk, INSTALLATION).outbound:
        assert isinstance(desired.spec, OutboundTrunkSpec)
        assert bool(desired.spec.auth_username) == bool(desired.spec.auth_password)
        assert desired.spec.numbers


@given(trunks)
def test_each_mark_is_used_once_and_says_what_it_marks(trunk: TrunkRow) -> None:
    planned = plan(trunk, INSTALLATION)
    desired = [*planned.outbound, *([planned.inbound, planned.rule("ST_1")] if planned.inbound else [])]
    marks = [one.spec.metadata for one in desired]
    assert marks == [f"voxa:{INSTALLATION}:{one.kind}:{one.source_id}" for one in desired]
    assert {(one.kind, one.source_id) for one in desired} == planned.sources()


@given(trunks)
def test_the_same_rows_have_the_same_fingerprints(trunk: TrunkRow) -> None:
    first, second = plan(trunk, INSTALLATION), plan(trunk, INSTALLATION)
    assert [one.fingerprint("ws://a") for one in first.outbound] == [
        one.fingerprint("ws://a") for one in second.outbound
    ]
    assert all(one.fingerprint("ws://a") != one.fingerprint("ws://b") for one in first.outbound)


def test_a_fingerprint_changes_with_the_password_and_does_not_show_it() -> None:
    prints = {_outbound(password).fingerprint("ws://a") for password in ("one", "two")}
    assert len(prints) == 2
    assert not any("one" in text for text in prints)


def _outbound(password: str):  # type: ignore[no-untyped-def]
    gateway = GatewayRow(UUID(int=1), "192.0.2.1", "192.0.2.1:5060", 32, Transport.UDP)
    ids = UUID(int=2), UUID(int=3), UUID(int=4)
    trunk = TrunkRow(*ids, "Main", gateways=(gateway,), username="user", password=password)
    return plan(trunk, INSTALLATION).outbound[0]


def _sources(trunk: TrunkRow) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Return what the rows allow, told anew: an address with its netmask; each of a name's with as many host bits."""
    networks = [ipaddress.ip_network(text) for text in trunk.published]
    for gateway in trunk.gateways:
        if not gateway.inbound:
            continue
        if gateway.host[0].isdigit() or ":" in gateway.host:
            networks.append(ipaddress.ip_network(f"{gateway.host}/{gateway.netmask}", strict=False))
            continue
        for text in gateway.resolution.addresses:
            address = ipaddress.ip_address(text)
            prefix = address.max_prefixlen - (32 - gateway.netmask)
            networks.append(ipaddress.ip_network(f"{text}/{prefix}", strict=False))
    return networks


def _contains(outer: ipaddress.IPv4Network | ipaddress.IPv6Network, inner: object) -> bool:
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[attr-defined,no-any-return]
