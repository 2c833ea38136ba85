"""MCP servers in the admin: added with a form, their tools allowed by check boxes, headers never shown."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.models import Agent, McpServer
from telephony.services.mcp.listing import readable
from telephony.services.mcp.servers import create_server
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import make_agent
from tests.telephony.mcp.stand_in import FIND, KEY

NAME = "admin:telephony_mcpserver"
CRM = {"name": "crm", "url": "https://mcp.example.com/mcp"}
HEADERS = f'{{"Authorization": "{KEY}"}}'


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    return make_agent(acme)


@pytest.fixture
def server(acme: Workspace, agent: Agent) -> McpServer:
    made = create_server(acme, {**CRM, "headers": {"Authorization": KEY}, "agents": [agent]})
    McpServer.objects.update(tools=readable("crm", [FIND, {**FIND, "name": "<b>", "inputSchema": None}]))
    return made


@pytest.fixture
def owner(acme_owner: User, signed_in: Browser) -> Client:
    return signed_in(acme_owner)


def page(server: McpServer, name: str = "change") -> str:
    return reverse(f"{NAME}_{name}", args=[server.pk])


def errors(answered: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = answered.context["adminform"].form.errors
    return found


def test_a_server_is_added_and_its_headers_are_never_shown(owner: Client, acme: Workspace, agent: Agent) -> None:
    sent = {"workspace": acme.pk, **CRM, "headers": HEADERS, "enabled": "on", "agents": [agent.pk]}
    refused = owner.post(reverse(f"{NAME}_add"), {**sent, "name": "my crm"})
    assert (set(errors(refused)), KEY in refused.content.decode()) == ({"name"}, False)
    assert errors(owner.post(reverse(f"{NAME}_add"), {**sent, "headers": "Bearer x"})).keys() == {"headers"}
    assert owner.post(reverse(f"{NAME}_add"), sent).status_code == 302
    made = McpServer.objects.get()
    assert (made.header_values, list(made.agents.all()), made.enabled) == ({"Authorization": KEY}, [agent], True)
    for url in (page(made), page(made, "history"), reverse(f"{NAME}_changelist")):
        assert KEY not in owner.get(url).content.decode()


def test_listed_tools_are_shown_and_allowed(owner: Client, server: McpServer) -> None:
    shown = owner.get(page(server)).content.decode()
    assert ("crm__find_contact" in shown, "<b></strong>" in shown, "cannot be used" in shown) == (True, False, True)
    form = form_of(owner, page(server))
    assert owner.post(page(server), form | {"allowed_tools": ["find-contact"]}).status_code == 302
    server.refresh_from_db()
    assert (server.allowed_tools, server.header_values) == (["find-contact"], {"Authorization": KEY})
    assert "allowed_tools" in errors(owner.post(page(server), form | {"allowed_tools": ["<b>"]}))
    moved = form_of(owner, page(server)) | {"url": "https://other.example.com/"}
    assert "were removed" in owner.post(page(server), moved, follow=True).content.decode()
    server.refresh_from_db()
    assert (server.headers, server.tools, server.allowed_tools) == (None, [], ["find-contact"])
    assert "find-contact (not listed)" in owner.get(page(server)).content.decode()


def test_headers_are_cleared_and_refresh_lists_again(owner: Client, server: McpServer) -> None:
    owner.post(page(server), form_of(owner, page(server)) | {"clear_headers": "on"})
    McpServer.objects.update(error="former", due_at=None)
    assert owner.get(page(server, "refresh")).status_code == 403
    owner.post(page(server, "refresh"))
    server.refresh_from_db()
    assert (server.headers, server.error, server.due_at is not None) == (None, "", True)


def test_a_server_in_use_stays_and_names_its_agents(owner: Client, server: McpServer, agent: Agent) -> None:
    assert agent.name in owner.post(page(server, "delete"), {"post": "yes"}).content.decode()
    server.agents.clear()
    owner.post(page(server, "delete"), {"post": "yes"})
    assert not McpServer.objects.exists()


def test_viewers_read_and_outsiders_see_nothing(
    signed_in: Browser, acme_viewer: User, acme_operator: User, outsider: User, server: McpServer, globex: Workspace
) -> None:
    viewer, operator, stranger = signed_in(acme_viewer), signed_in(acme_operator), signed_in(outsider)
    shown = viewer.get(page(server)).content.decode()
    assert ("crm__find_contact" in shown, "Authorization" in shown, page(server, "refresh") in shown) == (
        True, False, False,
    )  # fmt: skip
    assert [one.post(page(server, "refresh")).status_code for one in (viewer, operator, stranger)] == [403] * 3
    assert stranger.get(page(server)).status_code == 302
    foreign = {"workspace": globex.pk, **CRM, "agents": [server.agents.get().pk]}
    assert "agents" in errors(stranger.post(reverse(f"{NAME}_add"), foreign))
