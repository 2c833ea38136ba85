"""Which headers a trunk may send and read."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from telephony.sip_headers import (
    joined,
    rendered,
    static,
    validate_attributes_to_headers,
    validate_headers,
    validate_headers_to_attributes,
)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Account": "42"},
        {"X-Call": "{callId}/{from}/{to}"},
        {"P-Asserted-Identity": "<sip:+12025550123@sip.example.com>"},
        {"P-Asserted-Identity": '"Acme Ltd" <sip:{from}@sip.example.com>, <tel:{from}>'},
        {"P-Preferred-Identity": "tel:+12025550123"},
        {"Privacy": "id"},
        {"Diversion": "<sip:{from}@sip.example.com>;reason=unconditional"},
        {"X-Json": '{"a": 1}'},
    ],
)
def test_headers_that_carriers_ask_for_are_taken(headers: dict[str, str]) -> None:
    validate_headers(headers)


@pytest.mark.parametrize(
    "name",
    [
        "From", "to", "VIA", "Call-ID", "Contact", "CSeq", "Content-Type", "Content-Length", "Content-Anything",
        "Route",
        "Record-Route", "Max-Forwards", "Authorization", "Proxy-Authorization", "Allow", "Supported", "Require",
        "Refer-To", "f", "t", "v", "i", "m", "l", "Session-Expires", "Replaces",
    ],
)  # fmt: skip
def test_headers_of_sip_itself_are_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="is reserved by SIP"):
        validate_headers({name: "x"})
    with pytest.raises(ValidationError, match="is reserved by SIP"):
        validate_attributes_to_headers({"account": name})


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"X-A": "a\r\nRoute: <sip:evil.example>"}, "line breaks"),
        ({"X-A": "a\tb"}, "line breaks and control"),
        ({"X-A": ""}, "has no value"),
        ({"X-A": "  "}, "has no value"),
        ({"X-A": "x" * 513}, "at most 512"),
        ({"X A": "a"}, "is not a header name"),
        ({"X-Ä": "a"}, "is not a header name"),
        ({"": "a"}, "is not a header name"),
        ({"X" * 65: "a"}, "is not a header name"),
        ({"X-A": "{call_id}"}, "not a placeholder"),
        ({"X-A": "a", "x-a": "b"}, "listed twice"),
        ({f"X-{n}": "a" for n in range(21)}, "at most 20"),
        ({"P-Asserted-Identity": "+12025550123"}, "requires an address"),
        ({"P-Asserted-Identity": "<http://example.com>"}, "requires an address"),
        ({"X-A": 1}, "texts only"),
        (["X-A"], "texts only"),
    ],
)
def test_headers_that_cannot_be_sent_are_refused_with_the_reason(headers: Any, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        validate_headers(headers)


@pytest.mark.parametrize("attribute", ["sip.callID", "voxa.workspace", "VOXA.trunk", "lk.agent", "", "a b", "x" * 65])
def test_a_caller_cannot_write_attributes_of_ours(attribute: str) -> None:
    with pytest.raises(ValidationError):
        validate_headers_to_attributes({"X-A": attribute})


def test_headers_that_carriers_send_may_all_be_read() -> None:
    validate_headers_to_attributes({"From": "caller.from", "X-Account": "account.id", "Diversion": "diversion"})
    validate_attributes_to_headers({"account.id": "X-Account", "sip.callID": "X-Call"})


def test_placeholders_are_filled_and_other_braces_stay() -> None:
    headers = {"X-Call": "{callId}", "X-Json": '{"from": "{from}"}', "X-Account": "42"}
    values = {"call_id": "c1", "caller_id": "+12025550100", "to": "+12025550123"}
    filled = {"X-Call": "c1", "X-Json": '{"from": "+12025550100"}', "X-Account": "42"}
    assert rendered(headers, **values) == filled
    assert static(headers) == {"X-Account": "42"}


def test_names_join_whatever_their_case() -> None:
    assert joined({"X-A": "1", "X-B": "2"}, {"x-a": "3", "X-C": "4"}) == {"X-A": "3", "X-B": "2", "X-C": "4"}
