"""Addresses of gateways as API and admin take them: normalized, refused with the reason, or taken with a warning."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from telephony.models import Gateway, Trunk
from telephony.services.errors import Problems
from telephony.services.transfer_trunks import create_transfer_trunk
from tests.telephony.conftest import TRUNKS

pytestmark = pytest.mark.django_db


def create(api: APIClient, *gateways: dict[str, Any], **fields: Any) -> dict[str, Any]:
    body = {"name": "T", "gateways": list(gateways), **fields}
    answer = api.post(TRUNKS, body, format="json")
    return {"status_code": answer.status_code, **answer.json()}


def refusal(api: APIClient, gateway: dict[str, Any]) -> dict[str, str]:
    answer = create(api, gateway)
    assert answer["status_code"] == 400
    return {one["field"]: one["message"] for one in answer["error"]["details"]}


@pytest.mark.parametrize(
    ("gateway", "stored"),
    [
        ({"ipOrDomain": "SIP.Example.COM.:5080"}, ("sip.example.com", 5080, 32)),
        ({"ipOrDomain": "sip.example.com:5080", "port": 5080}, ("sip.example.com", 5080, 32)),
        ({"ipOrDomain": "[2001:DB8::1]:5061", "protocol": "tls"}, ("2001:db8::1", 5061, 128)),
        ({"ipOrDomain": "192.0.2.0/24"}, ("192.0.2.0", 5060, 24)),
        ({"ipOrDomain": "::ffff:192.0.2.1"}, ("192.0.2.1", 5060, 32)),
        ({"ipOrDomain": "::ffff:192.0.2.1", "netmask": 128}, ("192.0.2.1", 5060, 32)),
        ({"ipOrDomain": "::ffff:192.0.2.1", "netmask": 120}, ("192.0.2.1", 5060, 24)),
        ({"ipOrDomain": "::ffff:192.0.2.1", "netmask": 32}, ("192.0.2.1", 5060, 32)),
        ({"ipOrDomain": "127.0.0.1"}, ("127.0.0.1", 5060, 32)),
        ({"ipOrDomain": "2001:db8::1", "netmask": 48}, ("2001:db8::1", 5060, 48)),
        ({"ipOrDomain": "münchen.example"}, ("xn--mnchen-3ya.example", 5060, 32)),
    ],
)
def test_a_gateway_is_stored_in_one_form(api: APIClient, gateway: dict[str, Any], stored: tuple[str, int, int]) -> None:
    shown = create(api, gateway)["gateways"][0]
    assert (shown["ipOrDomain"], shown["port"], shown["netmask"]) == stored


@pytest.mark.parametrize(
    ("gateway", "field", "reason"),
    [
        ({"ipOrDomain": "2001:db8::1", "netmask": 32}, "netmask", "32 is one address for IPv4 only"),
        ({"ipOrDomain": "192.0.2.1", "netmask": 8}, "netmask", "/8 is wider than /16"),
        ({"ipOrDomain": "192.0.2.1/8"}, "netmask", "/8 is wider than /16"),
        ({"ipOrDomain": "::ffff:192.0.2.1", "netmask": 64}, "netmask", "wider than all of IPv4"),
        ({"ipOrDomain": "fe80::1%eth0"}, "ipOrDomain", "has the zone"),
        ({"ipOrDomain": "0.0.0.0"}, "ipOrDomain", "unspecified"),
        ({"ipOrDomain": "sip.example.com:5061", "port": 5070}, "port", "Enter the port once"),
        ({"ipOrDomain": "192.0.2.0/24", "netmask": 25}, "netmask", "Enter the netmask once"),
    ],
)
def test_a_gateway_is_refused_at_its_field(api: APIClient, gateway: dict[str, Any], field: str, reason: str) -> None:
    assert reason in refusal(api, gateway)[f"gateways[0].{field}"]


@pytest.mark.parametrize(
    ("gateway", "words"),
    [
        ({"protocol": "tls"}, "Change the port to 5061"),
        ({"port": 5061}, "Change the protocol to TLS"),
        ({"inbound": False, "outbound": False}, "Turn one of them on"),
        ({}, "Add the numbers that people call, or turn inbound off"),
        ({"netmask": 23, "outbound": False}, "192.0.2.0/23 admits 512 addresses"),
        ({"netmask": 24, "ipOrDomain": "192.0.2.0"}, "Turn outbound off"),
        ({"netmask": 24, "ipOrDomain": "sip.example.com"}, "Netmask 24 on the domain"),
        ({"netmask": 56, "ipOrDomain": "2001:db8::5"}, "none wider than /64"),
    ],
)
def test_what_works_only_in_part_is_taken_with_a_warning_that_names_the_remedy(
    api: APIClient, gateway: dict[str, Any], words: str
) -> None:
    answer = create(api, {"ipOrDomain": "192.0.2.1", **gateway})
    assert answer["status_code"] == 201
    assert any(words in warning for warning in answer["warnings"]), answer["warnings"]


def test_a_sound_trunk_has_no_warning_and_a_repaired_one_loses_its_own(api: APIClient) -> None:
    gateway = {"ipOrDomain": "192.0.2.1", "inbound": False}
    assert create(api, gateway)["warnings"] == []
    trunk = create(api, {**gateway, "protocol": "tls"})
    assert len(trunk["warnings"]) == 1
    body = {"gateways": [{**gateway, "protocol": "tls", "port": 5061}]}
    assert api.patch(f"{TRUNKS}/{trunk['id']}", body, format="json").json()["warnings"] == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mediaEncryption": "require"}, "keys travel unencrypted"),
        ({"authUsername": "u", "authPassword": "p", "outbound": False}, "Mark a gateway as outbound, or remove them"),
    ],
)
def test_a_trunk_that_its_gateways_cannot_serve_is_warned_of(
    api: APIClient, fields: dict[str, Any], words: str
) -> None:
    gateway = {"ipOrDomain": "192.0.2.1", "outbound": fields.pop("outbound", True)}
    assert any(words in warning for warning in create(api, gateway, **fields)["warnings"])


def test_the_dialects_take_the_same_forms(acme: Workspace) -> None:
    data = {"name": "PBX", "host": "PBX.example.com:5080", "auth_username": "u", "auth_password": "p"}
    trunk = create_transfer_trunk(acme, data, problems=Problems())
    assert str(trunk.gateways.get()) == "pbx.example.com:5080"


def test_an_ipv6_from_host_is_in_brackets_where_it_is_part_of_a_uri(api: APIClient) -> None:
    answer = create(api, {"ipOrDomain": "192.0.2.1"}, fromHost="[2001:DB8::1]")
    assert answer["fromHost"] == "2001:db8::1"


def test_the_netmask_of_every_row_is_filled_in(trunk: Trunk) -> None:
    row = Gateway.objects.create(trunk=trunk, ip_or_domain="2001:db8::1")
    assert row.netmask == 128
