"""A value that is none of the allowed ones: the error names them, in every API."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.dialects.agent_trunks import CUSTOM

_TRANSFER = {"name": "sales", "to": "+12025550123", "mode": "hot"}


@pytest.mark.parametrize(
    ("path", "query", "allowed"),
    [
        ("/v1/usage", {"groupBy": "week"}, "Choose one of day, number."),
        ("/v1/route", {"to": "+12025550123", "direction": "up"}, "Choose one of outbound, inbound."),
        ("/v1/calls", {"status": "asleep"}, "Choose one of queued, dialing,"),
        ("/v1/calls", {"direction": "up"}, "Choose one of outbound, inbound."),
        ("/v1/agents", {"direction": "up"}, "Choose one of inbound, outbound, both."),
        ("/v1/telephony/trunks", {"status": "asleep"}, "Choose one of pending, active, failed."),
        ("/v1/telephony/trunks", {"forTransfers": "perhaps"}, "Enter true or false."),
        ("/v1/agents", {"active": "None"}, "Enter true or false."),
        ("/v1/trunks", {"status": "asleep"}, "Choose one of active, inactive, error."),
    ],
)
def test_in_a_query(api: APIClient, path: str, query: dict[str, str], allowed: str) -> None:
    answer = api.get(path, query)
    assert (answer.status_code, allowed in answer.content.decode()) == (400, True), answer.content


@pytest.mark.parametrize(("active", "found"), [("true", 1), ("True", 1), ("1", 1), ("false", 0), ("0", 0), ("", 1)])
def test_true_and_false_have_the_usual_spellings(api: APIClient, active: str, found: int) -> None:
    api.post("/v1/agents", {"name": "A"})
    assert len(api.get("/v1/agents", {"active": active}).json()["results"]) == found


@pytest.mark.parametrize(
    ("path", "body", "allowed"),
    [
        ("/v1/agents", {"name": "A", "transfers": [_TRANSFER]}, "Choose one of cold, warm."),
        ("/v1/agents", {"name": "A", "direction": 7}, "Choose one of inbound, outbound, both."),
        ("/v1/telephony/trunks", {"name": "A", "gateways": [{"protocol": "sctp"}]}, "Choose one of udp, tcp, tls."),
        ("/v1/trunks", {**CUSTOM, "ai_provider": "acme"}, "Choose one of openai, elevenlabs, custom."),
        ("/v1/trunks", {**CUSTOM, "ai_provider": ["openai"]}, "Choose one of openai, elevenlabs, custom."),
        (
            "/sip/create-outbound-trunk",
            {"trunk_name": "A", "trunk_type": "sinch", "trunk_config": {}},
            "Choose one of twilio, exotel.",
        ),
    ],
)
def test_in_a_body(api: APIClient, path: str, body: Any, allowed: str) -> None:
    answer = api.post(path, json.dumps(body), content_type="application/json")
    assert (answer.status_code, allowed in answer.content.decode()) == (400, True), answer.content
