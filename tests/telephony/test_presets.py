"""A preset that a request names brings all of its values; values that the request names win."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from telephony.carriers.presets import CARRIERS
from tests.telephony.conftest import TRUNKS

pytestmark = pytest.mark.django_db


def create(api: APIClient, **body: Any) -> dict[str, Any]:
    answer = api.post(TRUNKS, {"name": "T", **body}, format="json")
    assert answer.status_code == 201, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def test_vonage_is_dialed_without_plus_at_its_own_host(api: APIClient) -> None:
    trunk = create(api, carrier="vonage")
    assert (trunk["leadingPlus"], trunk["gateways"][0]["ipOrDomain"]) == (False, "sip.nexmo.com")


def test_exotel_brings_port_protocol_and_encryption(api: APIClient) -> None:
    trunk = create(api, carrier="exotel", gateways=[{"ipOrDomain": "pstn.in4.exotel.com"}])
    gateway = trunk["gateways"][0]
    assert (gateway["port"], gateway["protocol"], trunk["mediaEncryption"]) == (443, "tls", "require")
    assert (
        create(api, carrier="exotel", gateways=[{"ipOrDomain": "pstn.in4.exotel.com:5070"}])["gateways"][0]["protocol"]
        == "tcp"
    )


def test_named_values_win(api: APIClient) -> None:
    gateways = [{"ipOrDomain": "sip.example.com", "port": 5080, "protocol": "udp"}]
    trunk = create(api, carrier="exotel", leadingPlus=False, mediaEncryption="allow", gateways=gateways)
    assert (trunk["leadingPlus"], trunk["mediaEncryption"]) == (False, "allow")
    assert (trunk["gateways"][0]["port"], trunk["gateways"][0]["protocol"]) == (5080, "udp")


def test_another_preset_brings_its_values_unless_somebody_set_them(api: APIClient) -> None:
    trunk = create(api, gateways=[{"ipOrDomain": "192.0.2.1"}])
    path = f"{TRUNKS}/{trunk['id']}"
    assert api.patch(path, {"carrier": "vonage"}, format="json").json()["leadingPlus"] is False
    assert api.patch(path, {"carrier": "telnyx"}, format="json").json()["leadingPlus"] is True
    assert api.patch(path, {"carrier": "vonage", "leadingPlus": True}, format="json").json()["leadingPlus"] is True


def test_a_preset_without_a_host_of_its_own_needs_a_gateway(api: APIClient) -> None:
    answer = api.post(TRUNKS, {"name": "T", "carrier": "twilio"}, format="json")
    assert [one["field"] for one in answer.json()["error"]["details"]] == ["gateways"]


def test_presets_say_what_no_source_tells() -> None:
    for carrier in CARRIERS.values():
        assert len(carrier.gaps) == (not carrier.addresses) + (carrier.calls_per_second is None)
        assert carrier.checked.year >= 2026
    assert CARRIERS["telnyx"].calls_per_second == 20
