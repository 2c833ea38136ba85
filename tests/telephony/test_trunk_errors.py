"""One answer names every wrong field of a trunk, as the JSON spells it."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.telephony.conftest import TRUNKS

GOOD: dict[str, Any] = {"name": "T", "gateways": [{"ipOrDomain": "sip.telnyx.com"}]}


def wrong(api: APIClient, body: Any) -> dict[str | None, str]:
    answer = api.post(TRUNKS, body)
    assert answer.status_code == 400, answer.content
    return {detail["field"]: detail["code"] for detail in answer.json()["error"]["details"]}


def test_wrong_types_and_broken_rules_are_named_together(api: APIClient) -> None:
    body = {
        "authUsername": "half a pair",
        "fromHost": "sip:here",
        "techPrefix": "abc",
        "mediaEncryption": "maybe",
        "carrier": "nobody",
        "leadingPlus": "perhaps",
        "gateways": [
            {"ipOrDomain": "sip:a.example"},
            {"port": "many"},
            {"ipOrDomain": "192.0.2.1", "port": 99999, "netmask": 4, "protocol": "ws"},
            "sip.example",
        ],
        "nmae": "T",
    }
    assert wrong(api, body) == {
        "name": "required",
        "authPassword": "credentials",
        "fromHost": "host",
        "techPrefix": "tech_prefix",
        "mediaEncryption": "invalid_choice",
        "carrier": "carrier",
        "leadingPlus": "invalid",
        "gateways[0].ipOrDomain": "host",
        "gateways[1].ipOrDomain": "required",
        "gateways[1].port": "invalid",
        "gateways[2].port": "max_value",
        "gateways[2].netmask": "netmask",
        "gateways[2].protocol": "invalid_choice",
        "gateways[3]": "invalid",
        "nmae": "unknown_field",
    }


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"name": ""}, "name", "blank"),
        ({"name": None}, "name", "null"),
        ({"name": "x" * 101}, "name", "max_length"),
        ({"gateways": []}, "gateways", "required"),
        ({"gateways": None}, "gateways", "null"),
        ({"gateways": {}}, "gateways", "not_a_list"),
        ({"gateways": [{"ipOrDomain": "a.example"}] * 21}, "gateways", "max_length"),
        ({"gateways": [{"ipOrDomain": "192.0.2.1", "netmask": 64}]}, "gateways[0].netmask", "netmask"),
        ({"gateways": [{"ipOrDomain": "a.example", "priority": 2**70}]}, "gateways[0].priority", "max_value"),
        ({"authPassword": "p"}, "authUsername", "credentials"),
        ({"authUsername": "u", "authPassword": ""}, "authPassword", "credentials"),
    ],
)
def test_a_wrong_field_is_named(api: APIClient, changed: dict[str, Any], field: str, code: str) -> None:
    assert wrong(api, {**GOOD, **changed}) == {field: code}


def test_a_wrong_choice_is_told_the_right_ones(api: APIClient) -> None:
    answer = api.post(TRUNKS, {**GOOD, "gateways": [{"ipOrDomain": "a.example", "protocol": "sctp"}]})
    assert answer.json()["error"]["details"][0]["message"] == "Choose one of udp, tcp, tls."


def test_a_body_that_is_no_object_is_named_as_a_whole(api: APIClient) -> None:
    assert wrong(api, [GOOD]) == {None: "invalid"}


def test_a_wrong_password_is_not_repeated(api: APIClient) -> None:
    answer = api.post(TRUNKS, {**GOOD, "authPassword": "s3cret-" + "x" * 300})
    assert answer.status_code == 400
    assert "s3cret" not in answer.content.decode()
