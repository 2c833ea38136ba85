"""An agent's page refuses what its provider does not use, at its field, and shows a field that has to be emptied."""

import pytest
from django.test import Client

from accounts.models import User, Workspace
from agents.providers.fields import USED_BY
from telephony.admin.agent import AgentAdmin
from telephony.services.agents import update_agent
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import make_agent
from tests.admin.test_secret_destinations import page, save


@pytest.fixture
def client(acme_admin: User, signed_in: Browser) -> Client:
    return signed_in(acme_admin)


@pytest.mark.parametrize(
    ("provider", "field", "value"),
    [
        ("openai", "stt_url", "https://models.example.com/v1"),
        ("openai", "tts_model", "t-1"),
        ("elevenlabs", "llm_model", "m-1"),
        ("elevenlabs", "analyzes_calls", "on"),
        ("custom", "silence_prompt", "Hello?"),
        ("custom", "voicemail_action", "hang_up"),
        ("custom", "transfers", '[{"name": "sales", "to": "+12025550123"}]'),
    ],
)
def test_a_field_without_effect_is_refused_at_its_place(
    client: Client, acme: Workspace, provider: str, field: str, value: str
) -> None:
    agent = make_agent(acme)
    update_agent(agent, {"ai_provider": provider, "provider_key": None})
    agent.refresh_from_db()
    errors = save(client, agent, **{field: value})
    assert list(errors) == [field]
    assert "does not use it" in errors[field][0]
    assert not getattr(agent, field)


def test_what_is_stored_may_stay_and_is_warned_of(client: Client, acme: Workspace) -> None:
    agent = make_agent(acme)
    update_agent(agent, {"ai_provider": "pipeline", "tts_model": "t-1", "provider_key": None})
    agent.refresh_from_db()
    form = form_of(client, page(agent)) | {"ai_provider": "openai"}
    answer = client.post(page(agent), form, follow=True)
    assert "Stored, and not used by OpenAI Realtime: speech synthesis model" in answer.text
    agent.refresh_from_db()
    assert (agent.ai_provider, agent.tts_model) == ("openai", "t-1")
    assert save(client, agent, name="New") == {}


@pytest.mark.parametrize("field", USED_BY)
def test_a_field_of_other_providers_is_in_sight_while_it_holds_something(field: str) -> None:
    assert field in AgentAdmin.conditional_fields[field].rpartition(" || ")[2]
