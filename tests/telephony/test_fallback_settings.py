"""The fallback and business hours of a workspace and of a number, over the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from telephony.models import PhoneNumber, Trunk
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number

SETTINGS, NUMBERS = "/v1/settings/telephony", "/v1/telephony/numbers"
MONDAY = {"day": 0, "opens": "09:00", "closes": "17:00"}


@pytest.fixture(params=["workspace", "number"])
def path(request: pytest.FixtureRequest, acme: Workspace, trunk: Trunk) -> str:
    if request.param == "workspace":
        return SETTINGS
    return f"{NUMBERS}/{add_number(trunk, '+15550100000').pk}"


def fields(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.content
    return {one["field"]: one["code"] for one in answer.json()["error"]["details"]}


def test_hours_and_holidays_are_kept_in_order(api: APIClient, path: str) -> None:
    late = {"day": 4, "opens": "22:00", "closes": "6:00"}
    sent = {"businessHours": [late, MONDAY], "holidays": ["2026-12-26", "2026-12-25"]}
    assert api.patch(path, sent).status_code == 200
    shown = api.get(path).json()
    assert shown["businessHours"] == [MONDAY, {**late, "closes": "06:00"}]
    assert shown["holidays"] == ["2026-12-25", "2026-12-26"]
    assert api.patch(path, {"businessHours": []}).json()["businessHours"] == []


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ({"businessHours": [{**MONDAY, "day": 7}]}, "businessHours[0].day"),
        ({"businessHours": [MONDAY, {**MONDAY, "opens": "25:00"}]}, "businessHours[1].opens"),
        ({"businessHours": [{"day": 0, "opens": "09:00"}]}, "businessHours[0].closes"),
        ({"businessHours": [{**MONDAY, "zone": "UTC"}]}, "businessHours[0].zone"),
        ({"businessHours": [{**MONDAY, "closes": "09:00"}]}, "businessHours"),
        ({"businessHours": [{**MONDAY, "opens": "24:00", "closes": "10:00"}]}, "businessHours"),
        ({"businessHours": "always"}, "businessHours"),
        ({"holidays": ["25.12.2026"]}, "holidays[0]"),
        ({"fallback": "pray"}, "fallback"),
        ({"fallback": "transfer"}, "fallbackTo"),
        ({"fallback": "agent"}, "fallbackAgentId"),
        ({"fallback": "hang_up", "fallbackMessage": " "}, "fallbackMessage"),
        ({"fallback": "voicemail", "fallbackMessage": "Leave a message."}, "fallback"),  # no storage here
        ({"fallbackMode": "lukewarm"}, "fallbackMode"),
    ],
)
def test_what_cannot_be_meant_is_refused(api: APIClient, path: str, sent: dict[str, Any], at: str) -> None:
    assert list(fields(api.patch(path, sent))) == [at]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"fallback": "pray"}, "Choose one of none, agent, transfer, voicemail, hang_up, or leave it empty."),
        ({"holidays": "2026-12-25"}, "Send a list."),
    ],
)
def test_what_to_send_instead_is_said(api: APIClient, path: str, sent: dict[str, Any], words: str) -> None:
    assert api.patch(path, sent).json()["error"]["details"][0]["message"] == words


@pytest.mark.parametrize(
    "to",
    ["12", "hello", "sip:@", "sip:2025550142@pbx.example.com", "sip:desk@10.0.0.1", "SIP:desk@localhost",
     "sip:desk@127.0.0.1:5070;transport=tls", "sips:[::1]", "sip:169.254.169.254?X-A=1"],
)  # fmt: skip
def test_a_target_that_no_transfer_could_have_is_refused(api: APIClient, path: str, to: str) -> None:
    assert list(fields(api.patch(path, {"fallback": "transfer", "fallbackTo": to}))) == ["fallbackTo"]


def test_a_number_of_the_workspace_is_no_target(api: APIClient, path: str, trunk: Trunk) -> None:
    for number in ("+15550100000", "+15550100001"):
        PhoneNumber.objects.filter(number=number).exists() or add_number(trunk, number)
        answer = api.patch(path, {"fallback": "transfer", "fallbackTo": number})
        assert fields(answer) == {"fallbackTo": "own_number"}


def test_a_target_gets_its_stored_form(api: APIClient, path: str) -> None:
    sent = {"fallback": "transfer", "fallbackTo": "(202) 555-0142", "fallbackMode": "warm"}
    assert api.patch(path, sent).json()["fallbackTo"] == "+12025550142"
    cold = {"fallbackTo": "SIP:desk@pbx.example.com", "fallbackMode": "cold"}
    assert api.patch(path, cold).json()["fallbackTo"] == "sip:desk@pbx.example.com"
    assert list(fields(api.patch(path, {"fallbackMode": "warm"}))) == ["fallbackTo"]  # only numbers are called in


def test_only_an_active_inbound_agent_of_the_workspace_is_a_fallback(
    api: APIClient, path: str, acme: Workspace, globex: Workspace
) -> None:
    def sent(agent: Any) -> Any:
        return api.patch(path, {"fallback": "agent", "fallbackAgentId": str(agent.pk)})

    assert fields(sent(create_agent(globex, {"name": "Theirs"}))) == {"fallbackAgentId": "not_found"}
    assert fields(sent(create_agent(acme, {"name": "Out", "direction": "outbound"}))) == {"fallbackAgentId": "agent"}
    assert fields(sent(create_agent(acme, {"name": "Off", "active": False}))) == {"fallbackAgentId": "agent"}
    agent = create_agent(acme, {"name": "Night desk"})
    assert sent(agent).json()["fallbackAgentId"] == str(agent.pk)
    agent.delete()
    assert api.get(path).json()["fallbackAgentId"] is None


def test_voicemail_needs_a_storage(api: APIClient, path: str, settings: Any) -> None:
    settings.RECORDING_S3_BUCKET = "recordings"
    sent = {"fallback": "voicemail", "fallbackMessage": "Leave a message."}
    assert api.patch(path, sent).json()["fallback"] == "voicemail"


def test_an_outsider_finds_no_such_number(outsider_api: APIClient, trunk: Trunk) -> None:
    number = add_number(trunk, "+15550100000")
    assert outsider_api.patch(f"{NUMBERS}/{number.pk}", {"fallback": "none"}).status_code == 404
