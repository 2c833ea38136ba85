"""One check for a value, wherever it comes in: the same table of wrong ones is refused by every field of its kind."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.models import WebhookEndpoint, Workspace
from telephony.models import Agent, SipEndpoint
from telephony.models.livekit_project import normalize_livekit_url
from tests import bad_values

TOOL = {"name": "find_order", "description": "Finds an order."}
# How each field of a URL is sent, and the scheme that it has.
DOORS: dict[str, tuple[str, str, Callable[[str], dict[str, Any]]]] = {
    "webhook": ("/v1/webhooks", "https", lambda url: {"url": url, "eventTypes": ["call.ended"]}),
    "tool": ("/v1/agents", "https", lambda url: {"name": "A", "tools": [{**TOOL, "url": url}]}),
    **{
        name: ("/v1/agents", scheme, lambda url, name=name: {"name": "A", "aiProvider": "pipeline", name: url})  # type: ignore[misc]
        for name, scheme in (("baseUrl", "https"), ("sttUrl", "https"), ("ttsUrl", "https"))
    },
    "customEndpoint": ("/v1/agents", "wss", lambda url: {"name": "A", "aiProvider": "custom", "customEndpoint": url}),
    "custom_endpoint": (
        "/v1/trunks",
        "wss",
        lambda url: {
            "name": "A", "ai_provider": "custom", "sip_username": "a-1", "sip_password": "a long one",
            "custom_endpoint": url,
        },
    ),
}  # fmt: skip


# A tool's path takes placeholders of a call's variables.
TAKEN = {"tool": ["https://hooks.example.com/{{id}}"]}


@pytest.mark.parametrize("door", DOORS)
def test_every_url_field_refuses_the_same_urls(door: str, api: APIClient, acme: Workspace) -> None:
    path, scheme, body = DOORS[door]
    wrong = [url for url in bad_values.customer_urls(scheme) if url == url.strip()]  # a JSON text is stripped before
    assert [url for url in wrong if api.post(path, body(url)).status_code not in (400, 422)] == TAKEN.get(door, [])


@pytest.mark.parametrize("door", DOORS)
def test_every_url_field_stores_the_normal_form(door: str, api: APIClient, acme: Workspace) -> None:
    path, scheme, body = DOORS[door]
    answer = api.post(path, body(f"{scheme.upper()}://Hooks.M\u00fcller.example:443/voxa"))
    assert answer.status_code == 201, answer.content
    rows = [*WebhookEndpoint.objects.values_list("url", flat=True)]
    for agent in Agent.objects.all():
        rows += [agent.custom_endpoint, agent.base_url, agent.stt_url, agent.tts_url]
        rows += [one["url"] for one in agent.tools]
    assert [row for row in rows if row] == [f"{scheme}://hooks.xn--mller-kva.example/voxa"]


@pytest.mark.parametrize("url", bad_values.urls("wss"))
def test_a_livekit_url_refuses_them_too(url: str) -> None:
    if url == url.strip():
        with pytest.raises(ValidationError):
            normalize_livekit_url(url)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("https://LiveKit.Example.com/", "wss://livekit.example.com"),
        ("ws://127.0.0.1:7880", "ws://127.0.0.1:7880"),
        ("http://livekit:80", "ws://livekit"),
        ("wss://livekit.example.com:443", "wss://livekit.example.com"),
        ("ws://127.0.0.1:1", "ws://127.0.0.1:1"),
        ("wss://livekit.example.com:5060", "wss://livekit.example.com:5060"),
    ],
)
def test_a_livekit_url_has_one_spelling(text: str, stored: str) -> None:
    assert normalize_livekit_url(text) == stored


@pytest.mark.parametrize("text", ["wss://livekit.example.com/rtc", "wss://livekit.example.com?x=1"])
def test_what_livekit_has_no_use_for_is_refused_and_not_dropped(text: str) -> None:
    with pytest.raises(ValidationError):
        normalize_livekit_url(text)


@pytest.mark.parametrize("language", bad_values.LANGUAGES)
def test_what_is_no_language_is_refused_on_an_agent(language: str, api: APIClient) -> None:
    answer = api.post("/v1/agents", {"name": "A", "language": language})
    (detail,) = answer.json()["error"]["details"]
    assert (answer.status_code, detail["field"]) == (400, "language")


def test_a_language_is_stored_in_its_own_spelling_and_may_be_left_out(api: APIClient) -> None:
    made = api.post("/v1/agents", {"name": "A", "language": "EN-us"}).json()
    assert made["language"] == "en-US"
    path = f"/v1/agents/{made['id']}"
    assert api.patch(path, {"language": "pt_br"}).json()["language"] == api.get(path).json()["language"] == "pt-BR"
    assert api.patch(path, {"language": ""}).json()["language"] == ""


@pytest.mark.parametrize("zone", bad_values.TIME_ZONES)
def test_what_is_no_time_zone_is_refused_of_a_workspace(zone: str, db: None) -> None:
    with pytest.raises(CommandError, match="time_zone"):
        call_command("create_workspace", "New", "--timezone", zone, stdout=StringIO(), stderr=StringIO())


def test_a_zone_without_summer_time_is_taken_with_a_warning(db: None) -> None:
    told = StringIO()
    call_command("create_workspace", "New", "--timezone", "est", stdout=StringIO(), stderr=told)
    assert "no daylight saving time" in told.getvalue()
    assert Workspace.objects.get(name="New").time_zone == "EST"


@pytest.mark.parametrize("user", bad_values.SIP_USERS)
def test_what_is_no_sip_user_is_refused(user: str, api: APIClient, acme: Workspace) -> None:
    body = {"name": "A", "ai_provider": "custom", "sip_username": user, "sip_password": "a long one"}
    answer = api.post("/v1/trunks", {**body, "custom_endpoint": "wss://bot.example.com/voice"})
    assert answer.status_code in (400, 422), user
    agent = Agent.objects.create(workspace=acme, name="A")
    with pytest.raises(ValidationError):
        SipEndpoint(workspace=acme, agent=agent, name="A", sip_username=user, sip_password="a long one").full_clean()


@pytest.mark.parametrize("days", bad_values.WEEKDAYS)
def test_a_weekday_says_which_number_is_which(days: object, api: APIClient) -> None:
    answer = api.patch("/v1/settings/telephony", {"callingDays": days})
    assert answer.status_code == 400
    if isinstance(days, list):
        assert "0 is Monday" in answer.json()["error"]["details"][0]["message"]
