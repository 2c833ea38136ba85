"""Each save of an agent is a revision with author and note: listed, compared, restored, and named on calls."""

import pytest
from rest_framework.test import APIClient

from tests.telephony.conftest import AGENTS


@pytest.fixture
def revisions(api: APIClient) -> str:
    """Return the URL of an agent's revisions, of which it has three."""
    body = {"name": "Desk", "greeting": "Hello.", "providerKey": "sk-secret", "revisionNote": "The first one."}
    url = f"{AGENTS}/{api.post(AGENTS, body).json()['id']}"
    api.patch(url, {"greeting": "Good morning."})
    api.patch(url, {"greeting": "Good evening.", "voice": "marin", "revisionNote": "Warmer."})
    api.patch(url, {"voice": "marin", "revisionNote": "Changes nothing."})
    return f"{url}/revisions"


def test_revisions_are_listed_with_author_note_and_what_changed(api: APIClient, revisions: str) -> None:
    shown = api.get(revisions).json()["results"]
    assert [(one["number"], one["note"], one["changed"]) for one in shown] == [
        (3, "Warmer.", ["greeting", "voice"]),
        (2, "", ["greeting"]),
        (1, "The first one.", ["name", "greeting"]),
    ]
    assert shown[0]["author"].startswith("API key vx_live_")
    assert "sk-secret" not in api.get(revisions).content.decode()


def test_two_revisions_are_compared(api: APIClient, revisions: str) -> None:
    one = api.get(f"{revisions}/3").json()["changes"]
    assert one[0] == {"field": "greeting", "before": "Good morning.", "after": "Good evening."}
    backwards = api.get(f"{revisions}/1?since=3").json()["changes"]
    assert [(change["field"], change["after"]) for change in backwards] == [("greeting", "Hello."), ("voice", "")]


def test_a_revision_is_restored_as_a_new_one_with_the_key(api: APIClient, revisions: str) -> None:
    agent = api.post(f"{revisions}/1/restore", {}).json()
    assert (agent["greeting"], agent["voice"], agent["hasProviderKey"]) == ("Hello.", "", True)
    assert agent["warnings"] == []
    newest = api.get(revisions).json()["results"][0]
    assert (newest["number"], newest["note"]) == (4, "Restored revision 1.")
    api.post(f"{revisions}/3/restore", {"note": "As before."})
    assert api.get(revisions).json()["results"][0]["note"] == "As before."


def test_the_key_is_not_restored_to_another_url(api: APIClient, revisions: str) -> None:
    moved = {"baseUrl": "https://other.example.com/v1", "providerKey": "sk-other"}
    assert api.patch(revisions.removesuffix("/revisions"), moved).status_code == 200
    agent = api.post(f"{revisions}/3/restore", {}).json()
    assert (agent["baseUrl"], agent["hasProviderKey"]) == ("", False)
    assert "that key was removed" in agent["warnings"][0]


@pytest.mark.parametrize("number", ["0", "9", "99999999999999999999"])
def test_a_revision_that_does_not_exist_is_not_found(api: APIClient, revisions: str, number: str) -> None:
    assert api.get(f"{revisions}/{number}").status_code == 404
    assert api.post(f"{revisions}/{number}/restore", {}).status_code == 404
    assert api.get(f"{revisions}/1?since={number}").status_code == (200 if number == "0" else 404)
    assert api.get(f"{revisions}/1?since=x").status_code == 400


def test_an_outsider_sees_and_restores_nothing(outsider_api: APIClient, revisions: str) -> None:
    assert outsider_api.get(revisions).status_code == 404
    assert outsider_api.get(f"{revisions}/1").status_code == 404
    assert outsider_api.post(f"{revisions}/1/restore", {}).status_code == 404
