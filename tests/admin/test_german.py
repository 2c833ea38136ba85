"""Pages of the admin are German for who chose it, whole; the API and the next request are English."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User, Workspace
from calls.choices import CallStatus, Direction, Reason
from calls.models import Call
from tests.admin.conftest import Browser
from tests.admin.german import left_in_english, words_of
from tests.admin.rows import furnish

NAMES = frozenset({"English"})  # the language, in its own words


@pytest.fixture
def client(acme_owner: User, signed_in: Browser) -> Client:
    return signed_in(acme_owner)


def german(client: Client) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    return client


@pytest.fixture
def furnished(acme: Workspace) -> None:
    call = furnish(acme)["calls_call"]
    Call.objects.filter(pk=call.pk).update(status=CallStatus.IN_PROGRESS, answered_at=timezone.now())
    refused = {"status": CallStatus.FAILED, "reason": Reason.COUNTRY, "to_number": "+12025550125"}
    Call.objects.create(workspace=acme, project=call.project, direction=Direction.OUTBOUND, **refused)


@pytest.mark.parametrize(
    ("page", "telling"),
    [
        (
            "admin:index",
            [
                "Laufende Anrufe",
                "Im Gespräch",
                "Heute abgewiesen",
                "Nehmen Sie das Land",
                "Braucht Aufmerksamkeit",
                "Erste Schritte",
                "Passwort ändern",
                "Zustand",
            ],
        ),
        (
            "live_board",
            ["1 laufender Anruf", "Auflegen", "Noch keine", "Letzte Worte", "Ausgewählte auflegen", "Richtung"],
        ),
        ("home_figures", ["Letzte 24 Stunden", "Annahmequote", "Beendete Anrufe"]),
        ("health", ["Noch nicht geprüft", "Jetzt prüfen", "Geprüft wird alle zehn Minuten"]),
        ("switch_workspace", ["Arbeitsbereich wechseln", "Alle Arbeitsbereiche"]),
        ("admin:two_step", ["Schützen Sie Ihr Konto", "Einschalten"]),
        ("admin:own_sessions", ["Ihre aktiven Sitzungen", "Alle anderen beenden"]),
    ],
)
def test_a_page_is_german(client: Client, furnished: None, page: str, telling: list[str]) -> None:
    html = german(client).get(reverse(page)).content.decode()
    words = words_of(html)
    assert [text for text in telling if not any(text in one for one in words)] == []
    assert left_in_english(words, NAMES) == []


def test_the_sign_in_page_is_german(client: Client) -> None:
    answer = german(Client()).get(reverse("admin:login"))
    html = answer.content.decode()
    assert '<html lang="de"' in html
    assert (answer["Content-Language"], "Cookie" in answer["Vary"]) == ("de", True)
    assert {"E-Mail-Adresse", "Anmeldecode", "Anmelden"} <= set(words_of(html))
    assert left_in_english(words_of(html)) == []


@pytest.mark.parametrize("chosen", ["", "en", "fr", "de-AT", "x" * 600])
def test_without_a_choice_pages_are_english_whatever_the_browser_asks(chosen: str) -> None:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = chosen
    html = client.get(reverse("admin:login"), HTTP_ACCEPT_LANGUAGE="de").content.decode()
    assert '<html lang="en"' in html
    assert "Email address" in html


def test_a_person_chooses_the_language_in_the_user_menu(client: Client) -> None:
    home = reverse("admin:index")
    assert "Deutsch" in client.get(home).content.decode()
    answer = client.post(reverse("set_language"), {"language": "de", "next": home})
    assert (answer.status_code, answer["Location"]) == (302, home)
    assert "Braucht Aufmerksamkeit" in client.get(home, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    client.post(reverse("set_language"), {"language": "en"})
    assert "Needs attention" in client.get(home, HTTP_ACCEPT_LANGUAGE="de").content.decode()


def test_the_choice_leads_to_no_other_site(client: Client) -> None:
    answer = client.post(reverse("set_language"), {"language": "de", "next": "https://evil.example/"})
    assert "evil" not in answer["Location"]


def test_labels_keep_their_colors(client: Client, furnished: None) -> None:
    trunks = reverse("admin:telephony_trunk_changelist")
    english = client.get(trunks).content.decode()
    translated = german(client).get(trunks).content.decode()
    assert "Ausstehend" in translated
    assert translated.count("bg-orange-100") == english.count("bg-orange-100") > 0


def test_the_language_ends_with_the_response(client: Client) -> None:
    german(client).get(reverse("admin:index"))
    assert translation.get_language() == "en-us"


def test_exports_are_english(client: Client, furnished: None) -> None:
    answer: Any = german(client).get(reverse("admin:calls_call_export_csv"))
    assert "Calls to this country are not allowed" in b"".join(answer.streaming_content).decode()


def test_the_api_is_english_whatever_the_header_says(api: Any) -> None:
    answer = api.post("/v1/calls", {"to": 5}, HTTP_ACCEPT_LANGUAGE="de")
    assert answer.json() == api.post("/v1/calls", {"to": 5}).json()
    assert "Content-Language" not in answer
    assert api.get("/v1/calls/none", HTTP_ACCEPT_LANGUAGE="de").json() == api.get("/v1/calls/none").json()
