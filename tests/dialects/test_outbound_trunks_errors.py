"""Every error of the outbound-trunk dialect is `{"success": false, "message", "data": null}` with one of its codes."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from telephony.models import PhoneNumber, Trunk
from telephony.services.trunks import create_trunk
from tests.conftest import ApiFor
from tests.dialects.test_outbound_trunks import CREATE, LIST, TWILIO, exotel


def message_of(answer: Any, status: int = 400) -> str:
    assert answer.status_code == status, answer.content
    assert list(answer.json()) == ["success", "message", "data"]
    assert (answer.json()["success"], answer.json()["data"]) == (False, None)
    message: str = answer.json()["message"]
    return message


def twilio(**config: Any) -> dict[str, Any]:
    return {**TWILIO, "trunk_config": {**TWILIO["trunk_config"], **config}}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**TWILIO, "trunk_name": ""}, "trunk_name"),
        ({**TWILIO, "trunk_name": "x" * 101}, "trunk_name"),
        ({**TWILIO, "trunk_name": None}, "trunk_name"),
        ({**TWILIO, "trunk_type": "telnyx"}, "trunk_type"),
        ({**TWILIO, "trunk_type": ["twilio"]}, "trunk_type"),
        ({**TWILIO, "trunk_config": None}, "trunk_config"),
        ({**TWILIO, "trunk_config": "x"}, "trunk_config"),
        ({**TWILIO, "trunk_nme": "x"}, "trunk_nme"),
        (twilio(address="sip:a.pstn.twilio.com"), "trunk_config.address"),
        (twilio(numbers=[]), "trunk_config.numbers"),
        (twilio(numbers="+15550100000"), "trunk_config.numbers"),
        (twilio(numbers=["+15550100000", "5550100"]), "trunk_config.numbers[1]"),
        (twilio(numbers=["+15550100000", "+15550100000"]), "trunk_config.numbers[1]"),
        (twilio(username=""), "trunk_config.username"),
        (twilio(password=None), "trunk_config.password"),
        (twilio(region="us1"), "trunk_config.region"),
        (twilio(exotel_number="+918044319240"), "trunk_config.exotel_number"),
        (exotel(number="8044319240"), "trunk_config.exotel_number"),
        (exotel(sip_host="no host"), "trunk_config.sip_host"),
        (exotel(sip_port=0), "trunk_config.sip_port"),
        (exotel(sip_port="x"), "trunk_config.sip_port"),
        (exotel(sip_domain="a/b"), "trunk_config.sip_domain"),
    ],
)
def test_a_wrong_field_is_named(api: APIClient, body: Any, field: str) -> None:
    assert message_of(api.post(CREATE, body)).startswith(f"{field}: ")
    assert not Trunk.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"), [(TWILIO, "trunk_config.numbers"), (exotel(number="+15550100000"), "trunk_config.exotel_number")]
)
def test_a_taken_number_is_named_where_it_was_sent(api: APIClient, acme: Workspace, body: Any, field: str) -> None:
    trunk = create_trunk(acme, {"name": "T", "gateways": [{"ip_or_domain": "192.0.2.1"}]})
    PhoneNumber.objects.create(trunk=trunk, number="+15550100000")
    assert message_of(api.post(CREATE, body)).startswith(f"{field}: +15550100000")


def test_a_configuration_of_the_other_type_is_told_as_such(api: APIClient) -> None:
    for body, other in (
        ({**TWILIO, "trunk_type": "exotel"}, "twilio"),
        ({**exotel(), "trunk_type": "twilio"}, "exotel"),
    ):
        message = message_of(api.post(CREATE, body))
        assert f"configuration of a trunk of type {other}" in message
        assert message.count("trunk_config") == 1


def test_missing_fields_are_named_together(api: APIClient) -> None:
    message = message_of(api.post(CREATE, {"trunk_type": "twilio", "trunk_config": {"numbers": ["x"]}}))
    for field in (
        "trunk_name",
        *(f"trunk_config.{name}" for name in ("address", "username", "password", "numbers[0]")),
    ):
        assert f"{field}: " in message
    assert message_of(api.post(CREATE, {})).count("This field is required") == 3


@pytest.mark.parametrize("body", [[], "text", 5, None])
def test_a_body_that_is_no_object_is_a_400(api: APIClient, body: Any) -> None:
    message_of(api.post(CREATE, body))


def test_the_frames_errors_have_the_shape_and_one_of_the_codes(api: APIClient, client: APIClient) -> None:
    refused = client.get(LIST)
    message_of(refused, 401)
    assert refused["WWW-Authenticate"].startswith("Bearer")
    message_of(client.post(CREATE, {}), 401)
    message_of(api.post(CREATE, "{", content_type="application/json"))
    message_of(api.post(CREATE, "x" * 1_100_000, content_type="application/json"))
    message_of(api.post(CREATE, "name=x", content_type="text/plain"))


def test_what_is_no_endpoint_of_theirs_is_a_404_or_405_in_the_shape(api: APIClient) -> None:
    message_of(api.get("/sip/nothing"), 404)
    message_of(api.get("/sip/list/"), 404)
    message_of(api.post(LIST, {}), 405)
    message_of(api.get(CREATE), 405)


def test_a_weaker_key_is_a_401(api_for: ApiFor, acme: Workspace) -> None:
    refused = api_for(acme, Scope.AGENTS_READ).post(CREATE, TWILIO)
    assert "lacks the scope workspace:admin" in message_of(refused, 401)
    assert "insufficient_scope" in refused["WWW-Authenticate"]
    message_of(api_for(acme, Scope.CALLS_READ).get(LIST), 401)


def test_too_many_requests_are_a_500_that_says_when_to_come_back(api: APIClient, settings: Any) -> None:
    settings.API_RATE_LIMIT = 1
    api.get(LIST)
    answer = api.get(LIST)
    message_of(answer, 500)
    assert 1 <= int(answer["Retry-After"]) <= 60
