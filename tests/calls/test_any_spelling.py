"""No spelling of a number gets around the do-not-call list, a limit, a search or its erasure."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone
from hypothesis import given, settings
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.admin.call_filters import find_calls
from calls.do_not_call.entries import add_numbers, remove_number
from calls.do_not_call.listed import on_do_not_call
from calls.models import Attempt, Call, DoNotCall
from calls.routing.facts import call_facts, callees_of, recent_attempts
from calls.routing.route import Route
from calls.services.erasure import erase_number
from telephony.models import TelephonySettings
from tests.calls.conftest import CALLEE, Line
from tests.core.spellings import spelled

LIST = "/v1/do-not-call"
TYPED = [
    "+1 (202) 555-0123",
    "0012025550123",
    "011 1 202 555 0123",
    "tel:+1-202-555-0123",
    "sip:+12025550123@carrier.example;user=phone",
    "+112025550123",
    "2025550123",
    "１２０２５５５０１２３",
]


def home(workspace: Workspace, country: str) -> Workspace:
    workspace.country = country
    workspace.save(update_fields=["country"])
    return workspace


@given(spelled())
@settings(max_examples=40)
def test_the_do_not_call_list_knows_every_spelling(acme: Workspace, drawn: tuple[str, str, str]) -> None:
    number, text, country = drawn
    workspace = home(acme, country)
    DoNotCall.objects.all().delete()
    add_numbers(workspace, [text])
    assert DoNotCall.objects.get().number == number
    assert on_do_not_call(Call(workspace=workspace, to_number=number))
    assert add_numbers(workspace, [number, text]).known == 1
    assert remove_number(workspace, text)


@given(spelled())
@settings(max_examples=25)
def test_a_call_of_any_spelling_is_found_counted_and_erased(line: Line, drawn: tuple[str, str, str]) -> None:
    number, text, country = drawn
    home(line.workspace, country)
    Call.objects.all().delete()
    call = line.place(to=text)
    assert call.to_number == number
    assert call.to_typed in ("", text[:80])
    now = timezone.now()
    Attempt.objects.create(call=call, number=1, room_name=f"r-{call.pk}", started_at=now, dialed_at=now)
    again = Call(workspace=line.workspace, to_number=number)
    assert len(recent_attempts(again, timezone.now() + timedelta(seconds=1))) == 1
    assert list(find_calls(Call.objects.all(), text, [country])) == [call]
    Call.objects.update(status="failed")
    assert erase_number(text, line.workspace)["calls"] == 1
    call.refresh_from_db()
    assert (call.to_number, call.to_typed) == ("erased", "")


@pytest.mark.parametrize("text", TYPED)
def test_the_api_takes_it_and_answers_canonical(api: APIClient, line: Line, text: str) -> None:
    assert api.post(LIST, {"numbers": [text]}).json() == {"added": 1, "known": 0}
    assert api.get(f"{LIST}/{quote(text)}").json()["number"] == CALLEE
    assert [one["number"] for one in api.get(LIST, {"number": text}).json()["results"]] == [CALLEE]
    body = {"to": text, "from": line.number.number, "agentId": str(line.agent.pk)}
    assert api.post("/v1/calls", body).json()["to"] == CALLEE
    assert len(api.get("/v1/calls", {"number": text}).json()["results"]) == 1
    found = api.get("/v1/route", {"to": text, "from": line.number.number}).json()
    refused = [one["policy"] for one in found["policies"] if not one["allowed"]]
    assert (found["to"], refused) == (CALLEE, ["do_not_call"])
    assert api.delete(f"{LIST}/{quote(text)}").status_code == 204


@pytest.mark.parametrize("text", ["+1 202 555 0123 x7", "+1", "FLOWERS", "*67 2025550123", "5550123"])
@pytest.mark.parametrize("path", ["/v1/do-not-call", "/v1/calls", "/v1/telephony/numbers"])
def test_what_is_no_number_is_a_400_everywhere(api: APIClient, path: str, text: str) -> None:
    answer = api.get(path, {"number": text})
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (400, "number")
    one = api.get(f"{LIST}/{quote(text)}")
    assert (one.status_code, one.json()["error"]["details"][0]["field"]) == (400, "number")
    assert api.delete(f"{LIST}/{quote(text)}").status_code == 400


def test_an_unescaped_plus_is_understood(api: APIClient) -> None:
    api.post(LIST, {"numbers": ["+442079460111"]})
    assert len(api.get(f"{LIST}?number=+442079460111").json()["results"]) == 1
    assert len(api.get(f"{LIST}?number=442079460111").json()["results"]) == 1


def test_a_tech_prefix_hides_nobody(line: Line) -> None:
    DoNotCall.objects.create(workspace=line.workspace, number="+12025550199")
    line.trunk.tech_prefix, line.trunk.leading_plus = "1", False
    egypt = Call(workspace=line.workspace, to_number="+2025550199")  # with the prefix before it, Washington
    found = Route((), line.trunk, line.number)
    assert callees_of(egypt, found) == ("+2025550199", "+12025550199")
    assert call_facts(egypt, found, TelephonySettings.of(line.workspace.pk), timezone.now()).on_do_not_call


def test_an_erased_number_stays_uncalled_in_every_spelling(api: APIClient, acme: Workspace) -> None:
    api.post(LIST, {"numbers": [CALLEE]})
    erase_number("2025550123", acme)
    assert api.get(f"{LIST}/{quote('(202) 555-0123')}").json()["number"].startswith("#")
    assert on_do_not_call(Call(workspace=acme, to_number="+112025550123"))
