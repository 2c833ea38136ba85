"""An AI provider that does not answer holds up nobody, and is asked again."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Workspace
from agents.choices import AiProvider, ProviderCheck
from agents.providers.checks import Credentials, Verdict
from telephony.models import Agent
from telephony.services.agents import create_agent, update_agent
from telephony.services.endpoints import create_endpoint
from telephony.services.provider_checks import check_again, check_due
from tests.receiver import Receiver, answer, receiver

KEY = "sk-a-very-secret-key"
ENDPOINT = {"name": "Agent", "sip_username": "agent", "sip_password": "long enough"}
AGENT = {"name": "Agent", "ai_provider": "openai", "provider_key": KEY}


@pytest.fixture
def openai(settings: Any) -> Iterator[Receiver]:
    """OpenAI; it is out of order until `respond` is set."""
    with receiver() as box:
        box.respond = answer(503)
        settings.OPENAI_BASE_URL = box.url("/v1")
        yield box


@pytest.fixture
def agent(acme: Workspace, openai: Receiver) -> Agent:
    return create_endpoint(acme, ENDPOINT, AGENT).agent


def _make_due() -> None:
    Agent.objects.exclude(provider_check_due_at=None).update(provider_check_due_at=timezone.now())


@pytest.mark.parametrize("status", [429, 500, 503, 302])
def test_a_provider_out_of_order_does_not_block(acme: Workspace, openai: Receiver, status: int) -> None:
    openai.respond = answer(status)
    agent = create_endpoint(acme, ENDPOINT, AGENT).agent
    agent.refresh_from_db()
    assert (agent.provider_check, agent.provider_check_failures) == (ProviderCheck.UNVERIFIED, 1)
    assert agent.provider_check_due_at


def test_a_provider_that_cannot_be_reached_does_not_block(acme: Workspace) -> None:
    assert create_endpoint(acme, ENDPOINT, AGENT).agent.provider_check == ProviderCheck.UNVERIFIED


@pytest.mark.parametrize(("status", "check"), [(200, ProviderCheck.VALID), (401, ProviderCheck.REFUSED)])
def test_it_is_asked_again_until_it_answers(agent: Agent, openai: Receiver, status: int, check: str) -> None:
    assert check_due(seconds=5) == 0  # its time has not come
    _make_due()
    assert check_due(seconds=5) == 1
    agent.refresh_from_db()
    assert (agent.provider_check, agent.provider_check_failures) == (ProviderCheck.UNVERIFIED, 2)
    _make_due()
    openai.respond = answer(status)
    check_due(seconds=5)
    agent.refresh_from_db()
    assert (agent.provider_check, agent.provider_check_due_at) == (check, None)
    assert agent.provider_checked_at


def test_an_answer_about_replaced_credentials_is_dropped(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    _make_due()

    def replaced_meanwhile(credentials: Credentials) -> Verdict:
        update_agent(agent, {"provider_key": "sk-another"})
        return Verdict(ProviderCheck.REFUSED, "provider_key")

    monkeypatch.setattr(Credentials, "ask", replaced_meanwhile)
    assert check_again(agent.pk) is False
    agent.refresh_from_db()
    assert (agent.provider_key, agent.provider_check) == ("sk-another", ProviderCheck.UNVERIFIED)


def test_a_check_that_another_holds_is_left_alone(agent: Agent) -> None:
    _make_due()
    held = timezone.now() + timedelta(seconds=30)
    Agent.objects.update(provider_check_due_at=held)
    assert check_again(agent.pk) is False


def test_a_key_entered_elsewhere_is_checked_by_the_next_round(acme: Workspace, openai: Receiver) -> None:
    agent = create_agent(acme, AGENT)
    openai.respond = answer(200)
    assert openai.requests == []
    assert check_due(seconds=5) == 1
    agent.refresh_from_db()
    assert agent.provider_check == ProviderCheck.VALID


def test_the_key_goes_to_the_provider_and_nowhere_else(
    acme: Workspace, openai: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        create_endpoint(acme, ENDPOINT, AGENT)
    assert openai.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in caplog.text
    assert KEY not in repr(Credentials(AiProvider.OPENAI, KEY))


def test_the_agents_id_cannot_lead_elsewhere(settings: Any) -> None:
    with receiver() as box:
        box.respond = answer(200)
        settings.ELEVENLABS_BASE_URL = f"http://127.0.0.1:{box.port}"
        Credentials(AiProvider.ELEVENLABS, "key", "../../user?x=1#").ask()
    assert box.requests[0].path == "/v1/convai/agents/..%2F..%2Fuser%3Fx%3D1%23"
