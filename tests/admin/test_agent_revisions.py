"""Revisions in the admin: two are compared with words marked, one is restored, secrets are not shown."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.models import Agent
from telephony.services.agent_revisions import current_number, revision
from telephony.services.agents import create_agent, update_agent
from tests.admin.conftest import Browser


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    agent = create_agent(acme, {"name": "Desk", "system_prompt": "Be brief and kind.", "provider_key": "sk-secret"})
    agent = update_agent(agent, {"system_prompt": "Be brief and <friendly>.", "sends_digits": True})
    return update_agent(agent, {"voice": "marin", "direction": "inbound", "revision_note": "Another voice."})


@pytest.fixture
def owner(acme_owner: User, signed_in: Browser) -> Client:
    return signed_in(acme_owner)


def page(agent: Agent, query: str = "") -> str:
    return reverse("admin:telephony_agent_revisions", args=[agent.pk]) + query


def restore_url(agent: Agent, number: int) -> str:
    return reverse("admin:telephony_agent_restore", args=[agent.pk, number])


def note_of(agent: Agent, number: int) -> str:
    row = revision(agent, number)
    assert row is not None
    return str(row.note)


def test_the_newest_is_compared_with_the_one_before(owner: Client, agent: Agent) -> None:
    answer = owner.get(page(agent))
    assert {one.label: [(p.kind, p.text) for p in one.pieces] for one in answer.context["shown"]} == {
        "Voice": [("added", "marin")],
        "Direction": [("removed", "Both"), ("added", "Inbound")],
    }
    assert "Another voice." in answer.text
    assert "sk-secret" not in answer.text
    assert 'id="restore"' not in answer.text  # it is what the agent is now


def test_words_that_differ_are_marked(owner: Client, agent: Agent) -> None:
    text = owner.get(page(agent, "?number=2&since=1")).text
    assert "Be brief and <del>kind.</del><ins>&lt;friendly&gt;.</ins>" in text
    backwards = owner.get(page(agent, "?number=1&since=3")).context["shown"]
    assert "Can send DTMF" in [one.label for one in backwards]


def test_a_revision_is_restored_as_a_new_one(owner: Client, agent: Agent) -> None:
    answer = owner.post(restore_url(agent, 1), {"note": "Too chatty."}, follow=True)
    agent.refresh_from_db()
    assert (agent.system_prompt, agent.voice, agent.provider_key) == ("Be brief and kind.", "", "sk-secret")
    assert "is restored" in answer.text
    assert note_of(agent, 4) == "Too chatty."
    owner.post(restore_url(agent, 2))
    assert note_of(agent, 5) == "Restored revision 2."


def test_what_is_no_longer_valid_is_not_restored_and_named(owner: Client, agent: Agent) -> None:
    Agent.history.filter(id=agent.pk).order_by("history_id").filter(voice="").update(base_url="https://10.0.0.1/v1")
    answer = owner.post(restore_url(agent, 1), follow=True)
    assert "Revision 1 was not restored. Base URL: " in answer.text
    assert current_number(agent.pk) == 3


def test_the_key_that_was_removed_is_named(owner: Client, agent: Agent) -> None:
    update_agent(agent, {"base_url": "https://other.example.com/v1", "provider_key": "sk-other"})
    assert "the stored API key was removed" in owner.post(restore_url(agent, 1), follow=True).text
    agent.refresh_from_db()
    assert agent.provider_key is None


@pytest.mark.parametrize("query", ["?number=9", "?number=x", "?since=9", "?since=-1", "?number=" + "9" * 30])
def test_an_unknown_revision_is_not_found(query: str, owner: Client, agent: Agent) -> None:
    assert owner.get(page(agent, query)).status_code == 404


def test_restoring_needs_a_post_and_an_existing_revision(owner: Client, agent: Agent) -> None:
    assert owner.get(restore_url(agent, 1)).status_code == 403
    assert owner.post(restore_url(agent, 9)).status_code == 404


def test_a_viewer_compares_only_and_an_outsider_sees_nothing(
    agent: Agent, acme_viewer: User, outsider: User, signed_in: Browser
) -> None:
    viewer = signed_in(acme_viewer)
    shown = viewer.get(page(agent, "?number=1"))
    assert shown.status_code == 200
    assert 'id="restore"' not in shown.text
    assert viewer.post(restore_url(agent, 1)).status_code == 403
    stranger = signed_in(outsider)
    assert stranger.get(page(agent)).status_code == 403
    assert stranger.post(restore_url(agent, 1)).status_code == 403
    assert current_number(agent.pk) == 3
