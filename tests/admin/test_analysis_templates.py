"""Analysis templates in the admin: a form for each, chosen on agents' pages, tried on a call before they are used."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from calls.choices import Speaker
from calls.models import Call, TranscriptItem
from telephony.models import Agent, AnalysisTemplate
from telephony.services.agents import update_agent
from telephony.services.analysis_templates import create_template
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import furnish, make_agent
from tests.calls.abilities.test_analysis import model, says
from tests.receiver import Receiver

__all__ = ["model"]
NAME = "admin:telephony_analysistemplate"
PAID = {"type": "object", "properties": {"paid_at": {"type": "string"}}}
OWN = {"type": "object", "properties": {"mood": {"type": "string"}}}


@pytest.fixture
def template(acme: Workspace) -> AnalysisTemplate:
    return create_template(acme, {"name": "Payments", "schema": PAID})


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    return make_agent(acme)


@pytest.fixture
def owner(acme_owner: User, signed_in: Browser) -> Client:
    return signed_in(acme_owner)


def page(row: Any, name: str = "change") -> str:
    return reverse(f"admin:telephony_{row._meta.model_name}_{name}", args=[row.pk])


def trial(template: AnalysisTemplate) -> str:
    return reverse("analysis_template_test", args=[template.pk])


def form_errors(answered: Any) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = answered.context["adminform"].form.errors
    return errors


def test_a_template_is_added_changed_and_wrong_fields_are_named(owner: Client, acme: Workspace) -> None:
    sent = {"workspace": acme.pk, "name": "Payments", "schema": json.dumps(PAID)}
    answered = owner.post(reverse(f"{NAME}_add"), sent)
    assert answered.status_code == 302, answered.context["errors"]
    made = AnalysisTemplate.objects.get()
    owner.post(page(made), form_of(owner, page(made)) | {"schema": json.dumps(OWN)})
    made.refresh_from_db()
    assert (made.name, made.schema) == ("Payments", OWN)
    for wrong in ({"name": ""}, {"schema": ""}, {"schema": '{"type": "string"}'}):
        assert form_errors(owner.post(page(made), form_of(owner, page(made)) | wrong)).keys() == wrong.keys()
    assert "already exists" in str(form_errors(owner.post(reverse(f"{NAME}_add"), sent)))
    assert b"Payments" in owner.get(reverse(f"{NAME}_changelist")).content


def test_an_agent_chooses_a_template_instead_of_fields_of_its_own(
    owner: Client, agent: Agent, template: AnalysisTemplate, globex: Workspace, superuser: User, signed_in: Browser
) -> None:
    update_agent(agent, {"analysis_schema": OWN})
    answered = owner.post(page(agent), form_of(owner, page(agent)) | {"analysis_template": template.pk})
    assert answered.status_code == 302, answered.context["errors"]
    agent.refresh_from_db()
    assert (agent.analysis_template, agent.analysis_schema) == (template, {})
    shown = owner.get(page(template)).content.decode()
    assert f'href="{page(agent)}"' in shown
    revisions = owner.get(reverse("admin:telephony_agent_revisions", args=[agent.pk])).content.decode()
    assert "Payments" in revisions
    foreign = create_template(globex, {"name": "Theirs", "schema": PAID})
    for client in (owner, signed_in(superuser)):
        refused = client.post(page(agent), form_of(client, page(agent)) | {"analysis_template": foreign.pk})
        assert "analysis_template" in form_errors(refused)
    new = {"workspace": agent.workspace_id, "name": "New", "analysis_template": foreign.pk}
    url = reverse("admin:telephony_agent_add")
    refused = signed_in(superuser).post(url, form_of(owner, url) | new)
    assert "analysis_template" in form_errors(refused)


def test_a_template_in_use_stays_and_names_its_agents(owner: Client, agent: Agent, template: AnalysisTemplate) -> None:
    update_agent(agent, {"analysis_template": template})
    assert agent.name in owner.post(page(template, "delete"), {"post": "yes"}).content.decode()
    update_agent(agent, {"analysis_template": None})
    owner.post(page(template, "delete"), {"post": "yes"})
    assert not AnalysisTemplate.objects.exists()


def test_operators_try_a_template_on_a_call_or_a_text(
    signed_in: Browser, acme: Workspace, acme_operator: User, template: AnalysisTemplate, model: Receiver
) -> None:
    rows, operator, now = furnish(acme), signed_in(acme_operator), timezone.now()
    call, agent = rows["calls_call"], rows["telephony_agent"]
    assert f'value="{call.pk}"' not in operator.get(trial(template)).content.decode()
    TranscriptItem.objects.create(
        call=call, id=uuid.uuid4(), speaker=Speaker.CALLER, text="Paid on Monday.", started_at=now, ended_at=now
    )
    assert f'value="{call.pk}"' in operator.get(trial(template)).content.decode()
    update_agent(agent, {"ai_provider": "pipeline", "base_url": model.url("/v1"), "provider_key": "sk-1"})
    model.respond = says({"summary": "<b>Paid.</b>", "outcome": "Paid", "fields": {"paid_at": "Monday"}})
    for sent in ({"call_id": call.pk}, {"transcript": "caller: Paid on Monday.", "agent_id": agent.pk}):
        shown = operator.post(trial(template), sent).content.decode()
        assert [words in shown for words in ("&lt;b&gt;Paid.", "Paid at", "Monday")] == [True] * 3
    assert [b"Paid on Monday." in one.body for one in model.requests] == [True, True]
    for sent, field in (({}, "call_id"), ({"transcript": "Hi."}, "agent_id")):
        assert field in operator.post(trial(template), sent).context["form"].errors
    model.respond = says("Well.")
    assert "did not return JSON" in operator.post(trial(template), {"call_id": call.pk}).content.decode()


def test_viewers_read_and_outsiders_see_nothing(
    signed_in: Browser, acme_viewer: User, outsider: User, template: AnalysisTemplate, globex: Workspace
) -> None:
    viewer, stranger = signed_in(acme_viewer), signed_in(outsider)
    shown = viewer.get(page(template))
    assert (shown.status_code, trial(template).encode() in shown.content) == (200, False)
    assert [one.get(trial(template)).status_code for one in (viewer, stranger)] == [403, 403]
    assert [one.post(trial(template), {}).status_code for one in (viewer, stranger)] == [403, 403]
    assert stranger.get(page(template)).status_code == 302
    call: Call = furnish(template.workspace)["calls_call"]
    theirs = create_template(globex, {"name": "Theirs", "schema": PAID})
    refused = stranger.post(trial(theirs), {"call_id": call.pk, "agent_id": call.agent_id})
    assert refused.context["form"].errors.keys() == {"call_id", "agent_id"}
