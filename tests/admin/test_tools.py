"""Reusable tools in the admin: added with a form, given to agents, tested, signed by a secret that is shown once."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.models import Agent, Tool
from telephony.services.agents import update_agent
from telephony.services.tools import create_tool, renew_secret
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import make_agent
from tests.receiver import answer, receiver

NAME = "admin:telephony_tool"
FIND = {"name": "find_order", "description": "Finds an order.", "url": "https://api.example.com/orders"}
ORDER = {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]}


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    return make_agent(acme)


@pytest.fixture
def tool(acme: Workspace, agent: Agent) -> Tool:
    return create_tool(acme, {**FIND, "parameters": ORDER, "agents": [agent]})


@pytest.fixture
def owner(acme_owner: User, signed_in: Browser) -> Client:
    return signed_in(acme_owner)


def page(tool: Tool, name: str = "change") -> str:
    return reverse(f"{NAME}_{name}", args=[tool.pk])


def form_errors(answered: Any) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = answered.context["adminform"].form.errors
    return errors


def test_a_tool_is_added_for_an_agent_and_shown_on_its_page(owner: Client, acme: Workspace, agent: Agent) -> None:
    sent = {"workspace": acme.pk, **FIND, "parameters": json.dumps(ORDER), "body": "", "agents": [agent.pk]}
    answered = owner.post(reverse(f"{NAME}_add"), sent)
    assert answered.status_code == 302, answered.context["errors"]
    made = Tool.objects.get()
    assert (made.name, made.parameters, made.body, list(made.agents.all())) == ("find_order", ORDER, {}, [agent])
    assert page(made) in owner.get(reverse("admin:telephony_agent_change", args=[agent.pk])).content.decode()
    assert b"find_order" in owner.get(reverse(f"{NAME}_changelist")).content


def test_what_is_wrong_is_at_its_field(owner: Client, tool: Tool, agent: Agent) -> None:
    wrong = {"name": "a b", "url": "https://10.0.0.1/", "parameters": '{"type": "string"}'}
    assert form_errors(owner.post(page(tool), form_of(owner, page(tool)) | wrong)).keys() == wrong.keys()
    update_agent(agent, {"tools": [{**FIND, "name": "own_tool"}]})
    assert "name" in form_errors(owner.post(page(tool), form_of(owner, page(tool)) | {"name": "own_tool"}))
    url = reverse("admin:telephony_agent_change", args=[agent.pk])
    assert "tools" in form_errors(owner.post(url, form_of(owner, url) | {"tools": json.dumps([FIND])}))


def test_another_url_removes_the_secret_with_a_warning(owner: Client, tool: Tool) -> None:
    shown = owner.post(page(tool, "secret")).content.decode()
    tool.refresh_from_db()
    assert tool.secret
    assert tool.secret in shown
    assert tool.secret not in owner.get(page(tool)).content.decode()
    moved = form_of(owner, page(tool)) | {"url": "https://other.example.com/"}
    assert "was removed" in owner.post(page(tool), moved, follow=True).content.decode()
    tool.refresh_from_db()
    assert (tool.secret, tool.agents.count()) == (None, 1)


def test_a_tool_in_use_stays_and_names_its_agents(owner: Client, tool: Tool, agent: Agent) -> None:
    assert agent.name in owner.post(page(tool, "delete"), {"post": "yes"}).content.decode()
    tool.agents.clear()
    owner.post(page(tool, "delete"), {"post": "yes"})
    assert not Tool.objects.exists()


def test_operators_send_a_test_and_see_status_and_answer(
    signed_in: Browser, acme_operator: User, tool: Tool, settings: Any
) -> None:
    settings.VOXA_OUTBOUND_ALLOW, settings.VOXA_OUTBOUND_ALLOW_HTTP = ["127.0.0.0/8"], True
    secret, operator = renew_secret(tool), signed_in(acme_operator)
    with receiver() as shop:
        shop.respond = answer(418, b"<b>short and stout</b>" + b"x" * 5_000)
        Tool.objects.update(url=shop.url("/orders"))
        shown = operator.post(page(tool, "test"), {"arguments": '{"order": "1042"}'}).content.decode()
        (sent,) = shop.requests
    assert ("HTTP 418" in shown, "&lt;b&gt;short" in shown, "x" * 1_001 in shown, secret in shown) == (
        True, True, False, False,
    )  # fmt: skip
    assert json.loads(sent.body)["data"]["arguments"] == {"order": "1042"}
    assert "webhook-signature" in sent.headers
    for arguments, words in (('{"order": 7}', "do not fit"), ("[1]", "JSON object"), ("{", "Invalid JSON")):
        assert words in operator.post(page(tool, "test"), {"arguments": arguments}).content.decode()
    settings.VOXA_OUTBOUND_ALLOW = []
    shown = operator.post(page(tool, "test"), {"arguments": '{"order": "1042"}'}).content.decode()
    assert "cannot be called" in shown


def test_viewers_read_and_outsiders_see_nothing(
    signed_in: Browser, acme_viewer: User, acme_operator: User, outsider: User, tool: Tool, globex: Workspace
) -> None:
    viewer, operator, stranger = signed_in(acme_viewer), signed_in(acme_operator), signed_in(outsider)
    shown = viewer.get(page(tool))
    assert (shown.status_code, b"New secret" in shown.content, page(tool, "test").encode() in shown.content) == (
        200, False, False,
    )  # fmt: skip
    assert [one.get(page(tool, "test")).status_code for one in (viewer, operator, stranger)] == [403, 200, 403]
    assert [one.post(page(tool, "secret")).status_code for one in (viewer, operator, stranger)] == [403] * 3
    assert stranger.get(page(tool)).status_code == 302
    foreign = {"workspace": globex.pk, **FIND, "agents": [tool.agents.get().pk]}
    assert "agents" in form_errors(stranger.post(reverse(f"{NAME}_add"), foreign))
