"""A trunk's password goes to the hosts that it was given for, and to others only when it is given again."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from telephony.models import Trunk
from tests.telephony.conftest import TRUNKS

HOST = "sip.telnyx.com"
EVIL = {"ipOrDomain": "sip.evil.example"}
ELSEWHERE: list[list[dict[str, Any]]] = [
    [EVIL],
    [{"ipOrDomain": HOST}, EVIL],
    [EVIL, {"ipOrDomain": HOST}],
    [{**EVIL, "inbound": False}],
    [{"ipOrDomain": "192.0.2.66"}],
    [{"ipOrDomain": "2001:db8::66"}],
    [{"ipOrDomain": f"{HOST}.evil.example"}],
    [{"ipOrDomain": "us.sip.telnyx.com"}],
]
HERE: list[list[dict[str, Any]]] = [
    [{"ipOrDomain": HOST}],
    [{"ipOrDomain": "SIP.Telnyx.COM"}],
    [{"ipOrDomain": HOST, "port": 5061, "protocol": "tls"}],
    [{"ipOrDomain": HOST, "port": 5080}],
    [{"ipOrDomain": HOST, "protocol": "tcp"}],
    [{"ipOrDomain": HOST}, {"ipOrDomain": HOST, "port": 5070, "priority": 9}],
    [{"ipOrDomain": HOST}, {**EVIL, "outbound": False}],
    [{**EVIL, "outbound": False}],
]


def patch(api: APIClient, trunk: Trunk, body: dict[str, Any]) -> Any:
    answer = api.patch(f"{TRUNKS}/{trunk.pk}", body)
    trunk.refresh_from_db()
    return answer


def refused(answer: Any) -> bool:
    """Return whether the password is asked for, and in which words."""
    found = [one for one in answer.json().get("error", {}).get("details", ()) if one["code"] == "secret_required"]
    assert answer.status_code == (400 if found else 200), answer.content
    assert not found or (found[0]["field"] == "authPassword" and "again" in found[0]["message"])
    return bool(found)


@pytest.mark.parametrize("gateways", ELSEWHERE)
def test_another_host_needs_the_password_again(api: APIClient, trunk: Trunk, gateways: list[dict[str, Any]]) -> None:
    for body in ({}, {"name": "New"}, {"authUsername": "other"}, {"authUsername": "myuser"}):
        assert refused(patch(api, trunk, {"gateways": gateways, **body}))
    assert [gateway.ip_or_domain for gateway in trunk.gateways.all()] == [HOST]
    assert (trunk.name, trunk.auth_username, trunk.auth_password) == ("Telnyx", "myuser", "mypass")


@pytest.mark.parametrize("gateways", HERE)
def test_the_same_hosts_keep_the_password(api: APIClient, trunk: Trunk, gateways: list[dict[str, Any]]) -> None:
    assert not refused(patch(api, trunk, {"gateways": gateways}))
    assert trunk.auth_password == "mypass"


@pytest.mark.parametrize("password", ["mypass", "another"])
def test_a_password_that_is_given_again_goes_to_the_new_host(api: APIClient, trunk: Trunk, password: str) -> None:
    assert not refused(patch(api, trunk, {"gateways": [EVIL], "authPassword": password}))
    assert (trunk.auth_username, trunk.auth_password) == ("myuser", password)


@pytest.mark.parametrize("body", [{"authPassword": None}, {"authPassword": ""}, {"authUsername": None}])
def test_cleared_credentials_need_nothing(api: APIClient, trunk: Trunk, body: dict[str, Any]) -> None:
    answer = patch(api, trunk, {"gateways": [EVIL], **body})
    assert not refused(answer)
    assert answer.json()["hasPassword"] is False
    assert not refused(patch(api, trunk, {"gateways": [{"ipOrDomain": "192.0.2.1"}]}))


def test_a_gateway_that_starts_to_dial_is_a_new_host(api: APIClient, trunk: Trunk) -> None:
    taken_from = {**EVIL, "outbound": False}
    assert not refused(patch(api, trunk, {"gateways": [{"ipOrDomain": HOST}, taken_from]}))
    assert refused(patch(api, trunk, {"gateways": [{"ipOrDomain": HOST}, {**taken_from, "outbound": True}]}))


def test_a_host_that_was_taken_out_is_a_new_one_later(api: APIClient, trunk: Trunk) -> None:
    assert not refused(patch(api, trunk, {"gateways": [{"ipOrDomain": HOST}, EVIL], "authPassword": "mypass"}))
    assert not refused(patch(api, trunk, {"gateways": [{"ipOrDomain": HOST}]}))
    assert refused(patch(api, trunk, {"gateways": [{"ipOrDomain": HOST}, EVIL]}))


def test_leaving_tls_needs_the_password_again(api: APIClient, trunk: Trunk) -> None:
    assert not refused(patch(api, trunk, {"gateways": [{"ipOrDomain": HOST, "protocol": "tls", "port": 5061}]}))
    for protocol in ("udp", "tcp"):
        assert refused(patch(api, trunk, {"gateways": [{"ipOrDomain": HOST, "protocol": protocol}]}))


def test_every_fault_is_named_beside_it(api: APIClient, trunk: Trunk) -> None:
    answer = patch(api, trunk, {"gateways": [EVIL], "name": "", "techPrefix": "abc"})
    fields = {one["field"] for one in answer.json()["error"]["details"]}
    assert fields == {"authPassword", "name", "techPrefix"}


def test_what_is_sent_back_as_it_is_needs_nothing(api: APIClient, trunk: Trunk) -> None:
    whole = api.get(f"{TRUNKS}/{trunk.pk}").json()
    assert not refused(patch(api, trunk, whole))
    assert refused(patch(api, trunk, {**whole, "gateways": [{**whole["gateways"][0], **EVIL}]}))
