"""Each writable field of a trunk and of its gateways is seen in what LiveKit gets, or where the field says."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from livekit.protocol.sip import SIPMediaEncryption, SIPTransport
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.choices import CallStatus, TransferMode
from calls.models import Call
from calls.transfers.requests import transfer_call
from telephony.api.serializers import GatewaySerializer, TrunkSerializer
from telephony.selectors import transfer_trunks
from tests.effects.conftest import CALLEE, NUMBER, Seen, see
from tests.effects.watching import arrives, transferred

pytestmark = pytest.mark.django_db

GATEWAY = {"ipOrDomain": "192.0.2.1"}
BASE = {"name": "Main", "gateways": [GATEWAY]}
Case = tuple[Any, Callable[[Seen], Any], Any]  # what is sent, where to look, what is there


def _codecs(seen: Seen) -> Any:
    assert seen.inbound
    both = [seen.outbound[0].media, seen.inbound.media]
    return [(media.only_listed_codecs, [codec.name for codec in media.codecs]) for media in both]


def _allowed(seen: Seen) -> list[str]:
    return list(seen.inbound.allowed_addresses) if seen.inbound else []


def _refer(seen: Seen) -> Any:
    """Return what LiveKit is asked for when a call of the trunk is transferred."""
    call = arrives(seen.row, NUMBER)
    Call.objects.filter(pk=call.pk).update(status=CallStatus.IN_PROGRESS, end_requested="")
    call.refresh_from_db()
    return transferred(call, lambda: transfer_call(call, "sip:desk@pbx.example.com", TransferMode.COLD, {}))


def _maps(name: str) -> Callable[[Seen], Any]:
    return lambda seen: [dict(getattr(seen.outbound[0], name)), dict(getattr(seen.inbound, name))]


TRUNK: dict[str, Case] = {
    "name": ("Berlin", lambda seen: seen.outbound[0].name, "Berlin"),
    "gateways": ([{"ipOrDomain": "192.0.2.9"}], lambda seen: seen.outbound[0].address, "192.0.2.9:5060"),
    "authUsername": ("user", lambda seen: seen.outbound[0].auth_username, "user"),
    "authPassword": ("secret", lambda seen: seen.outbound[0].auth_password, "secret"),
    "fromHost": ("Me.example.", lambda seen: seen.outbound[0].from_host, "me.example"),
    "mediaEncryption": (
        "require",
        lambda seen: [seen.outbound[0].media_encryption, seen.inbound and seen.inbound.media_encryption],
        [SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE] * 2,
    ),
    "carrier": ("twilio", lambda seen: "54.172.60.0/30" in _allowed(seen), True),
    "forTransfers": (True, lambda seen: list(transfer_trunks(seen.row.workspace)) == [seen.row], True),
    "techPrefix": ("99#", lambda seen: seen.dial.to, f"99#{CALLEE}"),
    "leadingPlus": (False, lambda seen: seen.dial.to, CALLEE.removeprefix("+")),
    "fromUser": ("account42", lambda seen: seen.dial.caller_id, "account42"),
    "displayName": ("Acme Ltd", lambda seen: seen.dial.display_name, "Acme Ltd"),
    "headers": (
        {"X-Account": "42", "P-Asserted-Identity": "<sip:{from}@acme.example>"},
        lambda seen: [dict(seen.outbound[0].headers), seen.dial.headers],
        [{"X-Account": "42"}, {"X-Account": "42", "P-Asserted-Identity": f"<sip:{NUMBER}@acme.example>"}],
    ),
    "headersToAttributes": (
        {"X-Account": "account.id"}, _maps("headers_to_attributes"), [{"X-Account": "account.id"}] * 2,
    ),
    "attributesToHeaders": (
        {"account.id": "X-Account"}, _maps("attributes_to_headers"), [{"account.id": "X-Account"}] * 2,
    ),
    "transferHeaders": ({"X-Queue": "sales"}, lambda seen: dict(_refer(seen).headers), {"X-Queue": "sales"}),
    "codecs": (["PCMA", "G722"], _codecs, [(True, ["PCMA", "G722"])] * 2),
    "ringingTimeoutSeconds": (60, lambda seen: seen.dial.ringing_seconds, 60.0),
    "calledNumberFormat": (
        "national", lambda seen: list(seen.inbound.numbers if seen.inbound else ()), [NUMBER, "02079460123"],
    ),
    "callsPerSecond": ("2.50", lambda seen: seen.limit.per_second, Decimal("2.50")),
    "country": ("GB", lambda seen: arrives(seen.row, NUMBER, "02079460456").from_number, CALLEE),
    "maxConcurrentCalls": (7, lambda seen: seen.limit.at_once, 7),
}  # fmt: skip

GATEWAY_FIELDS: dict[str, Case] = {
    "ipOrDomain": ("Sip.Example.com", lambda seen: seen.outbound[0].address, "sip.example.com:5060"),
    "port": (5070, lambda seen: seen.outbound[0].address, "192.0.2.1:5070"),
    "netmask": (28, _allowed, ["192.0.2.0/28"]),
    "protocol": ("tls", lambda seen: seen.outbound[0].transport, SIPTransport.SIP_TRANSPORT_TLS),
    "inbound": (False, lambda seen: seen.inbound, None),
    "outbound": (False, lambda seen: seen.outbound, []),
    "priority": (5, lambda seen: [one.address for one in seen.outbound], ["192.0.2.2:5060", "192.0.2.1:5060"]),
}
OTHERS = {"priority": [{"ipOrDomain": "192.0.2.2", "priority": 4}]}  # gateways beside the one that is looked at


def writable(serializer: Any) -> set[str]:
    return {name for name, field in serializer().fields.items() if not field.read_only}


def test_every_writable_field_of_a_trunk_has_its_effect_below() -> None:
    assert writable(TrunkSerializer) == TRUNK.keys()
    assert writable(GatewaySerializer) == GATEWAY_FIELDS.keys()


@pytest.mark.parametrize("field", TRUNK)
def test_a_field_of_a_trunk_is_seen(api: APIClient, acme: Workspace, field: str) -> None:
    value, look, expected = TRUNK[field]
    pair = {"authUsername": "user", "authPassword": "secret"} if field.startswith("auth") else {}
    assert look(see(api, acme, {**BASE, **pair, field: value})) == expected


@pytest.mark.parametrize("field", [name for name in TRUNK if name != "name"])
def test_what_is_seen_comes_of_the_field(api: APIClient, acme: Workspace, field: str) -> None:
    assert TRUNK[field][1](see(api, acme, BASE)) != TRUNK[field][2]


@pytest.mark.parametrize("field", GATEWAY_FIELDS)
def test_a_field_of_a_gateway_is_seen(api: APIClient, acme: Workspace, field: str) -> None:
    value, look, expected = GATEWAY_FIELDS[field]
    others = OTHERS.get(field, [])
    assert look(see(api, acme, {**BASE, "gateways": [{**GATEWAY, field: value}, *others]})) == expected


@pytest.mark.parametrize("field", GATEWAY_FIELDS)
def test_what_is_seen_of_a_gateway_comes_of_the_field(api: APIClient, acme: Workspace, field: str) -> None:
    _, look, expected = GATEWAY_FIELDS[field]
    assert look(see(api, acme, {**BASE, "gateways": [GATEWAY, *OTHERS.get(field, [])]})) != expected
