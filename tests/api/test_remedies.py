"""What programs get wrong most often is answered with the remedy, in every API."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from telephony.services.trunks import create_trunk
from tests.calls.conftest import CALLEE, make_line

PATHS = ["/v1/telephony/trunks", "/v1/calls", "/sip-trunks", "/sip/create-outbound-trunk", "/v1/trunks"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", ["", "Basic abc", "Token abc"])
def test_without_a_key_the_header_is_named(db: None, path: str, header: str) -> None:
    client = APIClient(HTTP_AUTHORIZATION=header) if header else APIClient()
    answer = client.post(path, {})
    assert (answer.status_code, "Authorization: Bearer" in answer.content.decode()) == (401, True)


@pytest.mark.parametrize("path", PATHS)
def test_another_method_names_those_that_are_there(api: APIClient, path: str) -> None:
    answer = api.put(path, {})
    assert (answer.status_code, "PUT is not allowed here" in answer.content.decode()) == (405, True)
    assert answer["Allow"] in answer.content.decode()


@pytest.mark.parametrize("path", PATHS)
def test_a_slash_at_the_end_is_named(api: APIClient, path: str) -> None:
    answer = api.post(f"{path}/", {})
    assert (answer.status_code, "without the slash" in answer.content.decode()) == (404, True)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"name": "\xe9"}', "The body is not valid UTF-8."),
        (b'{"name": 1' + b"0" * 5_000 + b"}", "more than 300 digits"),
        (b'{"name": "a",}', "line 1 column 14"),
    ],
)
def test_a_broken_body_is_told_without_words_of_the_implementation(api: APIClient, body: bytes, words: str) -> None:
    said = api.post("/v1/agents", body, content_type="application/json").content.decode()
    assert words in said
    assert not [word for word in ("codec", "sys.") if word in said]


def test_a_byte_order_mark_is_no_harm(api: APIClient) -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"name": "A"}).encode()
    assert api.post("/v1/agents", body, content_type="application/json").status_code == 201


def test_numbers_are_not_lost_in_a_trunk(api: APIClient, acme: Any) -> None:
    gateways = [{"ipOrDomain": "192.0.2.1"}]
    answer = api.post("/v1/telephony/trunks", {"name": "T", "gateways": gateways, "numbers": ["+15550100000"]})
    assert (answer.status_code, "/v1/telephony/numbers" in answer.content.decode()) == (400, True)
    path = f"/v1/telephony/trunks/{create_trunk(acme, {'name': 'T', 'gateways': [{'ip_or_domain': '192.0.2.1'}]}).pk}"
    api.post("/v1/telephony/numbers", {"number": "+15550100000", "trunkId": path.rpartition("/")[2]})
    assert api.patch(path, api.get(path).json()).status_code == 200
    assert api.patch(path, {"numbers": []}).status_code == 400


@pytest.mark.parametrize("time", ["2030-01-01T10:00:00", "2030-01-01"])
def test_a_call_is_scheduled_in_no_unnamed_zone(api: APIClient, acme: Any, time: str) -> None:
    line = make_line(acme)
    body = {"to": CALLEE, "from": line.number.number, "agentId": str(line.agent.pk), "scheduledAt": time}
    (detail,) = api.post("/v1/calls", body).json()["error"]["details"]
    assert (detail["field"], detail["code"]) == ("scheduledAt", "no_time_zone")


@pytest.mark.parametrize("zone", ["+01:00", "%2B01:00", "Z", "-0500"])
def test_a_time_in_a_query_may_have_any_zone(api: APIClient, zone: str) -> None:
    assert api.get(f"/v1/calls?createdAfter=2026-01-01T00:00:00{zone}").status_code == 200


@pytest.mark.parametrize("query", ["createdAfter=yesterday", "createdAfter=0001-01-01T00:00:00%2B05:00"])
def test_what_is_no_time_in_utc_is_refused(api: APIClient, query: str) -> None:
    answer = api.get(f"/v1/calls?{query}")
    assert answer.status_code == 400
    assert "Enter a time such as" in answer.content.decode()
