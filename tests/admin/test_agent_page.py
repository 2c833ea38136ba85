"""An agent's page: JSON that people can read, a refused key, and only what concerns its provider to who reads."""

import json

import pytest
from django.urls import reverse

from accounts.models import User, Workspace
from agents.choices import ProviderCheck
from telephony.models import Agent
from telephony.services.agent_revisions import author_of, revisions
from telephony.services.agents import update_agent
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import make_agent

SALES = {"name": "sales", "to": "+15550100001", "mode": "warm"}


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    return update_agent(make_agent(acme), {"transfers": [SALES], "system_prompt": "You answer.\nBe brief."})


def page(agent: Agent) -> str:
    return reverse("admin:telephony_agent_change", args=[agent.pk])


def test_lists_are_written_over_several_lines_and_stay_as_they_are(
    agent: Agent, acme_owner: User, signed_in: Browser
) -> None:
    client, url = signed_in(acme_owner), page(agent)
    form = form_of(client, url)
    assert form["transfers"].startswith("[\n  {\n    ")  # PostgreSQL has an order of names of its own
    assert json.loads(form["transfers"]) == [SALES]
    assert form["tools"] == ""
    client.post(url, form | {"name": "Front desk"})
    agent.refresh_from_db()
    assert (agent.name, agent.transfers, agent.tools, agent.analysis_schema) == ("Front desk", [SALES], [], {})


def test_a_mistake_in_json_is_told_with_its_place(agent: Agent, acme_owner: User, signed_in: Browser) -> None:
    client, url = signed_in(acme_owner), page(agent)
    answer = client.post(url, form_of(client, url) | {"transfers": '[\n{"name": "x"'})
    assert "line 2, column 13" in str(answer.context["adminform"].form.errors["transfers"])


@pytest.mark.parametrize("value", ["NaN", "1e999", "9" * 5_000, "[" * 100_000, '"\\u0000"', '"\\ud800"'])
def test_what_no_database_keeps_is_refused_with_a_reason(
    value: str, agent: Agent, acme_owner: User, signed_in: Browser
) -> None:
    client, url = signed_in(acme_owner), page(agent)
    schema = f'{{"type": "object", "properties": {{"a": {{"type": "string", "default": {value}}}}}}}'
    answer = client.post(url, form_of(client, url) | {"analyzes_calls": "on", "analysis_schema": schema})
    form = answer.context["adminform"].form
    assert set(form.errors) == {"analysis_schema"}
    assert form["analysis_schema"].value() == schema


@pytest.mark.parametrize("nothing", ["", " ", "null", "{}", "[]"])
def test_nothing_is_an_empty_list(nothing: str, agent: Agent, acme_owner: User, signed_in: Browser) -> None:
    client, url = signed_in(acme_owner), page(agent)
    client.post(url, form_of(client, url) | {"transfers": nothing, "tools": nothing})
    agent.refresh_from_db()
    assert (agent.transfers, agent.tools) == ([], [])


def test_a_refused_key_and_an_agent_that_is_off_are_said_on_top(
    agent: Agent, acme_owner: User, acme_viewer: User, signed_in: Browser
) -> None:
    Agent.objects.update(provider_check=ProviderCheck.REFUSED, active=False)
    for person, remedy in ((acme_owner, "enter it below"), (acme_viewer, "An admin of the workspace")):
        html = signed_in(person).get(page(agent)).content.decode()
        assert "rejected this agent" in html
        assert "This agent is inactive" in html
        assert remedy in html


def test_who_only_reads_sees_no_fields_of_other_providers(agent: Agent, acme_viewer: User, signed_in: Browser) -> None:
    html = signed_in(acme_viewer).get(page(agent)).content.decode()
    assert "WebSocket URL" not in html
    assert "Clear provider key" not in html
    assert "Inbound and outbound calls" in html


def test_targets_in_any_spelling_are_read_in_the_workspace_s_country(
    agent: Agent, acme_owner: User, signed_in: Browser
) -> None:
    Workspace.objects.filter(pk=agent.workspace_id).update(country="US")
    client, url = signed_in(acme_owner), page(agent)
    targets = ["(202) 555-0123", "0012025550124", "tel:+1-202-555-0125", "SIP:desk@example.org;transport=tls"]
    given = [{"name": f"t{place}", "to": to} for place, to in enumerate(targets)]
    answer = client.post(url, form_of(client, url) | {"transfers": json.dumps(given)})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    agent.refresh_from_db()
    assert [one["to"] for one in agent.transfers] == [
        "+12025550123", "+12025550124", "+12025550125", "sip:desk@example.org;transport=tls",
    ]  # fmt: skip
    answer = client.post(url, form_of(client, url) | {"transfers": json.dumps([{"name": "t", "to": "+x"}])})
    assert set(answer.context["adminform"].form.errors) == {"transfers"}


def test_the_page_shows_the_texts_as_a_call_has_them(agent: Agent, acme_owner: User, signed_in: Browser) -> None:
    update_agent(agent, {"greeting": "Hello {{name|there}} of {{workspace_name}}, <b>{{order}}</b>."})
    html = signed_in(acme_owner).get(page(agent)).content.decode()
    assert "“Hello there of Acme, &lt;b&gt;&lt;/b&gt;.”" in html
    assert "Left empty unless a call sends them: order." in html


def test_a_new_agent_warns_of_variables_without_a_default(
    acme: Workspace, acme_owner: User, signed_in: Browser
) -> None:
    client, url = signed_in(acme_owner), reverse("admin:telephony_agent_add")
    form = form_of(client, url) | {"workspace": str(acme.pk), "name": "New", "greeting": "Hello {{name}}."}
    assert "{{name}} without a default" in client.post(url, form, follow=True).content.decode()


def test_the_note_of_a_save_is_in_the_history(agent: Agent, acme_owner: User, signed_in: Browser) -> None:
    client, url = signed_in(acme_owner), page(agent)
    form = form_of(client, url) | {"greeting": "Hi.", "revision_note": "Shorter, as asked."}
    assert client.post(url, form).status_code == 302
    newest = revisions(agent)[0]
    assert (newest.note, author_of(newest)) == ("Shorter, as asked.", str(acme_owner))
    history = client.get(reverse("admin:telephony_agent_history", args=[agent.pk])).content.decode()
    assert "Shorter, as asked." in history
