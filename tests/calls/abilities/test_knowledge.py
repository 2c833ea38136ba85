"""The model searches its agent's knowledge in a call; the timeline and the transcript name the sources."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from calls.models import Call, Event, TranscriptItem
from calls.services.worker_session import instructions
from telephony.models import Agent
from telephony.services.knowledge.read import read_source
from telephony.services.knowledge.sources import Upload, create_source
from tests.calls.abilities.conftest import Asks

TEXT = "# Hours\n\nWe are open from nine to five.\n"


@pytest.fixture
def known(agent: Agent, settings: Any) -> Agent:
    """The agent of the call with a file, at a provider without embeddings."""
    Agent.objects.filter(pk=agent.pk).update(ai_provider="elevenlabs")
    source = create_source(agent.workspace, {"name": "Guide", "agents": [agent]}, Upload("guide.md", TEXT.encode()))
    read_source(source.pk)
    return agent


def test_it_is_offered_where_there_is_something_to_search(call: Call, agent: Agent) -> None:
    call.refresh_from_db()
    assert [one["name"] for one in instructions(call)["agent"]["tools"]] == ["find_order"]


def test_it_answers_with_passages_and_their_source(ask: Asks, known: Agent, call: Call, api: APIClient) -> None:
    tool = instructions(call)["agent"]["tools"][-1]
    assert (tool["name"], tool["parameters"]["required"]) == ("search_knowledge", ["question"])
    said = ask(name="search_knowledge", question="When are you open?").json()
    assert said["ok"]
    assert "[Guide: Hours]" in said["result"]
    assert "from nine to five" in said["result"]
    event = Event.objects.get(type="knowledge.searched")
    assert (event.data["sources"], event.data["searchedBy"]) == (["Guide: Hours"], "words")
    assert not any(words in json.dumps(event.data) for words in ("nine to five", "When are you"))


def test_nothing_found_is_told(ask: Asks, known: Agent, call: Call) -> None:
    assert "do not know" in ask(name="search_knowledge", question="Zebra?").json()["result"]
    assert Event.objects.get(type="knowledge.searched").data["sources"] == []


def test_arguments_that_do_not_fit_and_missing_knowledge_are_refused(ask: Asks, agent: Agent) -> None:
    assert ask(name="search_knowledge", question="x").status_code == 409


def test_the_transcript_names_the_sources(ask: Asks, known: Agent, call: Call, api: APIClient) -> None:
    def turn(speaker: str, seconds: float) -> None:
        at = timezone.now() + timedelta(seconds=seconds)
        TranscriptItem.objects.create(
            id=uuid.uuid4(), call=call, speaker=speaker, text="...", started_at=at, ended_at=at + timedelta(seconds=1)
        )

    turn("agent", -20)
    ask(name="search_knowledge", question="When are you open?")
    for speaker, seconds in (("caller", 1), ("agent", 3), ("agent", 9)):
        turn(speaker, seconds)
    shown = api.get(f"/v1/calls/{call.pk}/transcript").json()["transcript"]
    assert [one["sources"] for one in shown] == [[], [], ["Guide: Hours"], []]
