"""Files and pages are added, changed, refreshed and deleted by the API, within limits, each workspace its own."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from telephony.models import Agent, KnowledgeSource, Passage
from telephony.services.knowledge import sources
from tests.telephony.knowledge.conftest import HOURS, KNOWLEDGE, Adds, Host, read_now, upload_file


def errors(answer: Any) -> dict[str, str]:
    return {one["field"]: one["message"] for one in answer.json()["error"]["details"]}


def test_a_file_is_queued_then_ready(api: APIClient, agent: Agent) -> None:
    shown = upload_file(api, HOURS, agentIds=[str(agent.pk)]).json()
    assert (shown["name"], shown["filename"], shown["format"]) == ("hours.md", "hours.md", "markdown")
    assert (shown["kind"], shown["status"], shown["passages"]) == ("file", "queued", 0)
    read_now(shown["id"])
    ready = api.get(f"{KNOWLEDGE}/{shown['id']}").json()
    assert (ready["status"], ready["searchedBy"], ready["error"]) == ("ready", "meaning", "")
    assert (ready["agentIds"], ready["passages"]) == ([str(agent.pk)], Passage.objects.count())
    assert "nine to five" not in json.dumps(ready)


def test_a_page_is_queued(api: APIClient, host: Host, agent: Agent) -> None:
    body = {"url": host.page("/faq/", b"<p>We are open.</p>"), "agentIds": [str(agent.pk)]}
    shown = api.post(KNOWLEDGE, body).json()
    assert (shown["kind"], shown["url"], shown["name"]) == ("page", body["url"], "127.0.0.1/faq")
    assert read_now(shown["id"]).status == "ready"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("sound.mp3", b"x", ".md or .txt"),
        ("a.txt", b" \n", "empty"),
        ("a.txt", b"x" * 10_000_001, "10 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(api: APIClient, name: str, content: bytes, words: str) -> None:
    answer = upload_file(api, content, name)
    assert answer.status_code == 400
    assert words in errors(answer)["file"]


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "https://10.0.0.1/", "ftp://a.example/", "nothing", "https://u:p@a.example/"]
)
def test_an_address_that_may_not_be_called_is_refused(api: APIClient, url: str) -> None:
    assert "url" in errors(api.post(KNOWLEDGE, {"url": url}))


def test_what_is_missing_or_unknown_is_named(api: APIClient, foreign_agent: Agent, acme: Any) -> None:
    bot = Agent.objects.create(workspace=acme, name="Bot", ai_provider="custom", custom_endpoint="wss://b.example/")
    body = {"agentIds": [str(foreign_agent.pk), str(bot.pk)], "colour": 1}
    found = errors(api.post(KNOWLEDGE, body))
    assert found.keys() == {"file", "agentIds[0]", "agentIds[1]", "colour"}
    assert "no agent with this id" in found["agentIds[0]"]
    assert "has no tools" in found["agentIds[1]"]
    assert "not both" in errors(upload_file(api, "x", "x.txt", url="https://a.example/"))["url"]
    assert "file" in errors(api.post(KNOWLEDGE, {"file": "text"}))


def test_the_same_upload_sent_twice_is_one_source(api: APIClient, acme: Any) -> None:
    made = []
    for content in (HOURS, HOURS, "Others."):
        file = SimpleUploadedFile("hours.md", content.encode())
        made.append(api.post(KNOWLEDGE, {"file": file}, format="multipart", HTTP_IDEMPOTENCY_KEY="once"))
    assert [one.status_code for one in made] == [201, 201, 422]
    assert KnowledgeSource.objects.count() == 1


def test_numbers_are_limited(api: APIClient, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_OF_AGENT", 1)
    first = upload_file(api, HOURS, agentIds=[str(agent.pk)]).json()["id"]
    assert "agentIds[0]" in errors(upload_file(api, HOURS, agentIds=[str(agent.pk)]))
    assert api.patch(f"{KNOWLEDGE}/{first}", {"agentIds": [str(agent.pk)]}).status_code == 200
    monkeypatch.setattr(sources, "MOST_SOURCES", 1)
    answer = upload_file(api, HOURS)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "too_many_sources")


def test_it_is_renamed_and_given_to_other_agents(api: APIClient, add: Adds, agent: Agent, silent_agent: Agent) -> None:
    source = add([agent])
    url = f"{KNOWLEDGE}/{source.pk}"
    shown = api.patch(url, {"name": "Hours", "agentIds": [str(silent_agent.pk)]}).json()
    assert (shown["name"], shown["agentIds"], shown["status"]) == ("Hours", [str(silent_agent.pk)], "ready")
    assert "url" in errors(api.patch(url, {"url": "https://www.example.com/"}))
    assert [len(api.get(f"{KNOWLEDGE}?agentId={one.pk}").json()["results"]) for one in (agent, silent_agent)] == [0, 1]
    assert len(api.get(f"{KNOWLEDGE}?status=failed").json()["results"]) == 0


def test_a_refresh_reads_it_again_and_a_deletion_leaves_nothing(api: APIClient, host: Host, agent: Agent) -> None:
    body = {"url": host.page("/faq", b"<p>We are open.</p>"), "agentIds": [str(agent.pk)]}
    url = f"{KNOWLEDGE}/{api.post(KNOWLEDGE, body).json()['id']}"
    read_now(url.rpartition("/")[2])
    host.page("/faq", b"<p>Every dog is welcome.</p>")
    assert api.post(f"{url}/refresh").json()["status"] == "queued"
    assert "open" in Passage.objects.get().text
    read_now(url.rpartition("/")[2])
    assert Passage.objects.get().text == "Every dog is welcome."
    assert api.delete(url).status_code == 204
    assert not Passage.objects.exists()


def test_an_outsider_reaches_nothing(api: APIClient, outsider_api: APIClient, add: Adds, agent: Agent) -> None:
    url = f"{KNOWLEDGE}/{add([agent]).pk}"
    assert outsider_api.get(KNOWLEDGE).json()["results"] == []
    for answer in (
        outsider_api.get(url), outsider_api.patch(url, {"name": "x"}), outsider_api.delete(url),
        outsider_api.post(f"{url}/refresh"),
    ):  # fmt: skip
        assert answer.status_code == 404
    assert "agentIds[0]" in errors(upload_file(outsider_api, "x", "x.txt", agentIds=[str(agent.pk)]))


def test_scopes(api_for: Any, acme: Any, add: Adds, agent: Agent) -> None:
    reader = api_for(acme, "agents:read")
    url = f"{KNOWLEDGE}/{add([agent]).pk}"
    assert reader.get(url).status_code == 200
    assert [reader.post(KNOWLEDGE, {}).status_code, reader.delete(url).status_code] == [403, 403]
