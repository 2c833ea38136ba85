"""Sources are read in the background: each once, by guarded requests, with reason and remedy where that fails."""

import logging
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from telephony.models import Agent, KnowledgeSource, Passage
from telephony.services.agents import update_agent
from telephony.services.knowledge import read
from telephony.services.knowledge.sources import READ, refresh
from tests.telephony.knowledge.conftest import HOURS, KNOWLEDGE, Adds, Host, read_now, upload_file

PAGE = b"<p>We are open.</p>"


def page(api: APIClient, agent: Agent, url: str) -> KnowledgeSource:
    """Add a page and read it."""
    return read_now(api.post(KNOWLEDGE, {"url": url, "agentIds": [str(agent.pk)]}).json()["id"])


def due(source: KnowledgeSource) -> KnowledgeSource:
    """Read it again as if its wait were over."""
    KnowledgeSource.objects.filter(pk=source.pk).update(due_at=timezone.now())
    return read_now(source.pk)


def test_a_redirect_is_followed_and_checked(api: APIClient, host: Host, agent: Agent) -> None:
    host.page("/faq", PAGE)
    host.page("/old", b"", 301, Location="/faq")
    host.page("/away", b"", 302, Location="http://10.0.0.1/")
    host.page("/round", b"", 302, Location="/round")
    assert page(api, agent, host.box.url("/old")).status == "ready"
    away = page(api, agent, host.box.url("/away"))
    assert (away.status, "10.0.0.1" in away.error or "private" in away.error) == ("failed", True)
    assert "redirects too often" in page(api, agent, host.box.url("/round")).error


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (404, {}, "HTTP 404"),
        (200, {"Content_Type": "image/png"}, "not HTML"),
        (200, {"Content_Encoding": "gzip"}, "not HTML"),
    ],
)
def test_a_page_that_cannot_be_read_fails_at_once(
    api: APIClient, host: Host, agent: Agent, status: int, headers: dict[str, str], words: str
) -> None:
    source = page(api, agent, host.page("/x", PAGE, status, **headers))
    assert (source.status, source.due_at) == ("failed", None)
    assert words in source.error


def test_a_page_that_is_away_is_read_later_and_fails_in_the_end(api: APIClient, host: Host, agent: Agent) -> None:
    source = page(api, agent, host.page("/x", PAGE, 503))
    assert (source.status, source.error) == ("queued", "The page returned HTTP 503.")
    for _ in read.RETRY_AFTER:
        source = due(source)
    assert (source.status, source.due_at) == ("failed", None)
    assert "refresh" in source.error


@pytest.mark.parametrize("status", [401, 404])
def test_without_embeddings_it_is_searched_by_words(
    api: APIClient, host: Host, agent: Agent, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    host.refuses = status
    with caplog.at_level(logging.DEBUG):
        source = read_now(upload_file(api, HOURS, agentIds=[str(agent.pk)]).json()["id"])
    assert (source.status, source.searched_by) == ("ready", "words")
    assert ("key" if status == 401 else "HTTP 404") in source.error
    assert not any(secret in caplog.text + source.error for secret in ("sk-models", "nine to five"))


def test_an_embeddings_endpoint_that_is_away_is_asked_again(api: APIClient, host: Host, agent: Agent) -> None:
    host.refuses = 503
    source = read_now(upload_file(api, HOURS, agentIds=[str(agent.pk)]).json()["id"])
    assert (source.status, source.searched_by) == ("queued", "words")
    host.refuses = 0
    source = due(source)
    assert (source.status, source.searched_by, source.error) == ("ready", "meaning", "")


def test_a_corrected_key_reads_it_again(api: APIClient, host: Host, agent: Agent) -> None:
    host.refuses = 401
    source = read_now(upload_file(api, HOURS, agentIds=[str(agent.pk)]).json()["id"])
    host.refuses = 0
    update_agent(agent, {"provider_key": "sk-other"})
    assert read_now(source.pk).searched_by == "meaning"
    assert host.box.requests[-1].headers["authorization"] == "Bearer sk-other"


def test_another_model_makes_other_vectors(api: APIClient, host: Host, add: Adds, agent: Agent) -> None:
    source = add([agent])
    assert host.embedded[-1]["model"] == "text-embedding-3-small"
    assert host.embedded[-1]["dimensions"] == 512
    update_agent(agent, {"embedding_model": "nomic-embed-text"})
    read_now(source.pk)
    assert host.embedded[-1]["model"] == "nomic-embed-text"
    assert "dimensions" not in host.embedded[-1]


def test_a_task_that_was_overtaken_writes_nothing(add: Adds, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    source = add([agent])
    refresh(source)

    def overtaken(source: KnowledgeSource) -> Any:
        refresh(source)
        return "text", b"Old words."

    monkeypatch.setattr(read, "_content", overtaken)
    source = read_now(source.pk)
    assert source.status == "queued"
    assert not Passage.objects.filter(text="Old words.").exists()


def test_long_work_goes_on_in_the_next_task(add: Adds, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "VECTORS_WITHIN", 0.0)
    monkeypatch.setattr(read, "BATCH", 1)
    source = add([agent], "A dog. " * 400, "dogs.txt")
    assert (source.status, Passage.objects.exclude(vector=None).count()) == ("queued", 1)
    for _ in range(source.passage_count):
        source = read_now(source.pk)
    assert source.searched_by == "meaning"


def test_the_sweep_finds_what_a_dead_worker_left(add: Adds, agent: Agent, sent: list[Any]) -> None:
    source = add([agent])
    read.sweep()
    KnowledgeSource.objects.filter(pk=source.pk).update(status="reading", due_at=timezone.now())
    read.sweep()
    assert sent == [(READ, str(source.pk))]
    assert read_now(source.pk).status == "ready"
