"""Whom a call may be handed over to, and who is refused before LiveKit is asked."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.choices import CallStatus, Direction
from calls.models import Call, DoNotCall
from telephony.models import TelephonySettings
from telephony.transfer_targets import read_target


@pytest.mark.parametrize(
    ("text", "uri", "number"),
    [
        ("+12025550142", "tel:+12025550142", "+12025550142"),
        ("tel:+12025550142", "tel:+12025550142", "+12025550142"),
        ("sip:desk@example.org", "sip:desk@example.org", None),
        ("sips:desk@example.org:5061", "sips:desk@example.org:5061", None),
        ("sip:1001@192.0.2.1", "sip:1001@192.0.2.1", None),
        ("sip:+12025550142@example.org", "sip:+12025550142@example.org", "+12025550142"),
        ("sip:+1-202-555-0142@example.org", "sip:+12025550142@example.org", "+12025550142"),
        ("sip:+112025550142@example.org", "sip:+12025550142@example.org", "+12025550142"),
        ("sip:++4402079460123@example.org;user=phone", "sip:+442079460123@example.org;user=phone", "+442079460123"),
        (
            "SIPS:99*+521 55 1234 5678@example.org".replace(" ", ""),
            "sips:99*+525512345678@example.org",
            "+525512345678",
        ),
        ("sip:desk+night@example.org", "sip:desk+night@example.org", None),
        ("sip:example.org", "sip:example.org", None),
        ("SIP:Desk@example.org", "sip:Desk@example.org", None),
        ("TEL:++1 202 555 0142", "tel:+12025550142", "+12025550142"),
    ],
)
def test_what_can_be_called_is_read(text: str, uri: str, number: str | None) -> None:
    target = read_target(text)
    assert (target.uri, target.number) == (uri, number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025550142",
        "tel:2025550142",
        "tel:+12025550142;ext=7",
        "sip:",
        "sip:desk@",
        "sip:desk@example.org;transport=ws",
        "sip:desk@example.org;maddr=192.0.2.1",
        "sip:desk@example.org;method=BYE",
        'sip:desk@example.org;x="1"',
        "sip:desk@0.0.0.0",
        "sip:desk@[fe80::1]",
        "sip:desk@example.org?",
        "sip:desk@example.org?X-Queue",
        "sip:desk@example.org?X-Queue=a%0d%0aRoute:%20x",
        "sip:desk@example.org?X-Queue=%zz",
        "sip:desk@example.org?Route=x",
        "sip:desk@example.org?body=x",
        "sip:desk@example.org?Replaces=1",
        "sip:%2B19005550142@example.org",
        "sip:19005550142@example.org",
        "sip:0019005550142@example.org",
        "sip:desk@example.org:0",
        "sip:desk@example.org:99999",
        "sip:desk@bad host",
        "sip:a@b@c",
        "https://example.org",
        "+12025550142\n",
    ],
)
def test_what_cannot_be_told_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        read_target(text)


@pytest.mark.parametrize("text", ["100", "tel:100", " 42-0 ", "911", "123456"])
def test_a_short_code_is_told_what_to_enter_instead(api: APIClient, text: str) -> None:
    digits = text.removeprefix("tel:").strip().replace("-", "")
    for country in (None, "US"):
        with pytest.raises(ValidationError, match=f"such as sip:{digits}@pbx.example.com"):
            read_target(text, country=country)
        with pytest.raises(ValidationError, match="A warm transfer calls a whole number"):
            read_target(text, warm=True, country=country)
    answer = api.post("/v1/agents", {"name": "Desk", "transfers": [{"name": "desk", "to": text}]})
    (detail,) = answer.json()["error"]["details"]
    assert (answer.status_code, detail["field"]) == (400, "transfers")
    assert f"{digits} is a short code or an extension." in detail["message"]


@pytest.mark.parametrize("to", ["sip:+112025550142@example.org", "SIP:+1-202-555-0142@example.org"])
def test_a_number_in_an_address_is_stored_in_its_one_form(api: APIClient, to: str) -> None:
    made = api.post("/v1/agents", {"name": "Desk", "transfers": [{"name": "desk", "to": to}]})
    assert made.json()["transfers"][0]["to"] == "sip:+12025550142@example.org"


@pytest.fixture
def call(acme: Workspace) -> Call:
    return Call.objects.create(
        workspace=acme,
        project=TelephonySettings.of(acme.pk).project,
        direction=Direction.INBOUND,
        status=CallStatus.IN_PROGRESS,
        to_number="+12025550100",
        from_number="+12025550177",
        room_name="call-x",
    )


@pytest.fixture
def ask(api: APIClient, call: Call) -> Callable[..., Any]:
    return lambda body, client=api: client.post(f"/v1/calls/{call.pk}/transfer", body)


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("+18765550142", "country_not_allowed"),
        ("+19005550142", "premium_number"),
        ("sip:+19005550142@example.org", "premium_number"),
        ("+12025550199", "do_not_call"),
        ("nobody", "letters"),
    ],
)
def test_what_protects_from_dear_calls_holds_for_transfers(
    ask: Callable[..., Any], call: Call, acme: Workspace, to: str, code: str
) -> None:
    DoNotCall.objects.create(workspace=acme, number="+12025550199")
    answer = ask({"to": to})
    assert answer.status_code == 400
    (detail,) = answer.json()["error"]["details"]
    assert (detail["field"], detail["code"]) == ("to", code)
    assert not call.events.exists()


@pytest.mark.parametrize("body", [{}, {"to": "+12025550142", "mode": "hot"}, {"to": 7}, {"to": "+12025550142", "x": 1}])
def test_a_body_that_is_wrong_names_its_field(ask: Callable[..., Any], body: dict[str, Any]) -> None:
    assert ask(body).status_code == 400


def test_a_warm_transfer_goes_to_a_number(ask: Callable[..., Any]) -> None:
    assert ask({"to": "sip:desk@example.org", "mode": "warm"}).status_code == 400


def test_an_outsider_hands_nothing_over(ask: Callable[..., Any], outsider_api: APIClient) -> None:
    assert ask({"to": "+12025550142"}, outsider_api).status_code == 404


def test_without_livekit_nothing_is_handed_over(ask: Callable[..., Any], call: Call) -> None:
    assert ask({"to": "+12025550142"}).status_code == 503
    assert not call.events.exists()
