"""Pages ask for a secret again, at its field, where a change would send it to another address."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, WebhookEndpoint, Workspace
from accounts.services.webhooks import create_endpoint
from telephony.models import TelephonySettings
from telephony.services.agents import update_agent
from telephony.services.numbers import add_number
from telephony.services.tool_secrets import tool_secret
from tests.admin.conftest import Browser
from tests.admin.forms import form_of, new_row
from tests.admin.rows import API_SECRET, PASSWORD, PROVIDER_KEY, make_agent, make_project, make_trunk
from tests.admin.test_trunk_page import said

ASSISTANT_SECRET = "whsec_" + "QUJD" * 11


@pytest.fixture
def client(acme_admin: User, signed_in: Browser) -> Client:
    return signed_in(acme_admin)


def page(row: Any) -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])


def save(client: Client, row: Any, **changes: Any) -> dict[str, list[str]]:
    """Save a page with some changes; return the errors of its form, empty when it was saved."""
    answer = client.post(page(row), form_of(client, page(row)) | changes)
    row.refresh_from_db()
    return {} if answer.status_code == 302 else dict(answer.context["adminform"].form.errors)


def test_a_trunks_password_for_another_host(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    errors = save(client, trunk, **{"gateways-0-ip_or_domain": "192.0.2.66"})
    assert list(errors) == ["auth_password"]
    assert trunk.gateways.get().ip_or_domain == "192.0.2.10"
    assert list(save(client, trunk, **new_row("gateways", 1, ip_or_domain="192.0.2.66", port=5060, protocol="udp",
                                              outbound="on", priority=1))) == ["auth_password"]  # fmt: skip
    assert save(client, trunk, **{"gateways-0-ip_or_domain": "192.0.2.66", "auth_password": PASSWORD}) == {}
    assert (trunk.gateways.get().ip_or_domain, trunk.auth_password) == ("192.0.2.66", PASSWORD)
    assert save(client, trunk, **{"gateways-0-ip_or_domain": "192.0.2.67", "clear_auth_password": "on"}) == {}
    assert trunk.auth_password is None


def test_the_field_is_there_to_enter_it(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    html = client.post(page(trunk), form_of(client, page(trunk)) | {"gateways-0-ip_or_domain": "192.0.2.66"}).text
    assert "Enter it again" in html
    assert 'name="auth_password"' in html
    assert 'value="192.0.2.66"' in html
    assert PASSWORD not in html


def test_a_trunk_that_is_only_renamed_needs_nothing(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    assert save(client, trunk, name="New", **{"gateways-0-port": 5070}) == {}
    assert (trunk.name, trunk.auth_password) == ("New", PASSWORD)


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "https://evil.example/v1"},
        {"ai_provider": "pipeline"},
        {"ai_provider": "pipeline", "tts_url": "https://evil.example/v1"},
    ],
)
def test_an_agents_key_for_another_provider_or_address(client: Client, acme: Workspace, change: dict[str, str]) -> None:
    agent = make_agent(acme)
    assert list(save(client, agent, **change)) == ["provider_key"]
    assert (agent.ai_provider, agent.base_url, agent.provider_key) == ("openai", "", PROVIDER_KEY)
    assert save(client, agent, **change, provider_key="sk-new") == {}
    assert agent.provider_key == "sk-new"


def test_an_agents_key_that_is_removed_meanwhile(client: Client, acme: Workspace) -> None:
    agent = make_agent(acme)
    assert save(client, agent, base_url="https://evil.example/v1", clear_provider_key="on") == {}
    assert (agent.base_url, agent.provider_key) == ("https://evil.example/v1", None)


def test_the_secret_of_tools_that_moved_is_said_to_be_gone(client: Client, acme: Workspace) -> None:
    tool = {"name": "find_order", "description": "Finds.", "url": "https://api.example.com/orders"}
    agent = update_agent(make_agent(acme), {"tools": [tool]})
    former = tool_secret(agent)
    moved = '[{"name": "find_order", "description": "Finds.", "url": "https://evil.example/orders"}]'
    answer = client.post(page(agent), form_of(client, page(agent)) | {"tools": moved})
    assert any("secret" in text for text in said(answer))
    assert tool_secret(agent) != former


def test_a_projects_secret_for_another_server(superuser: User, signed_in: Browser) -> None:
    client, project = signed_in(superuser), make_project()
    assert list(save(client, project, url="wss://evil.example")) == ["api_secret"]
    assert (project.url, project.api_secret) == ("wss://livekit.example.com", API_SECRET)
    assert save(client, project, url="https://LIVEKIT.example.com:443/", name="New") == {}
    assert save(client, project, url="wss://other.example", api_secret="another-secret-of-the-other") == {}
    assert (project.url, project.api_secret) == ("wss://other.example", "another-secret-of-the-other")


def test_a_webhooks_new_url_gets_a_secret_that_is_shown_once(client: Client, acme: Workspace) -> None:
    endpoint, former = create_endpoint(acme, "https://hooks.example.com/voxa", ["call.ended"])
    data = {"url": "https://evil.example/voxa", "event_types": ["call.ended"], "active": "on"}
    html = client.post(page(endpoint), data).text
    secret = WebhookEndpoint.objects.get().secret
    assert secret != former
    assert secret in html
    assert "new secret" in html
    assert client.post(page(endpoint), data).status_code == 302
    assert WebhookEndpoint.objects.get().secret == secret


@pytest.mark.parametrize("kind", ["number", "settings"])
def test_the_secret_of_assistant_requests(client: Client, acme: Workspace, kind: str) -> None:
    row: Any = add_number(make_trunk(acme), "+15550100000") if kind == "number" else TelephonySettings.of(acme.pk)
    asked = {"assistant_request_url": "https://crm.example.com/in", "assistant_request_secret": ASSISTANT_SECRET}
    assert save(client, row, **asked) == {}
    assert ASSISTANT_SECRET not in client.get(page(row)).text
    assert save(client, row, assistant_request_url="https://crm.example.com/in") == {}
    assert list(save(client, row, assistant_request_url="https://evil.example.com/")) == ["assistant_request_secret"]
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in asked} == asked
    assert save(client, row, assistant_request_url="") == {}
    row.refresh_from_db()
    assert row.assistant_request_secret is None


@pytest.mark.parametrize("kind", ["number", "settings"])
def test_a_viewer_sees_no_secret_of_assistant_requests(
    acme_viewer: User, signed_in: Browser, acme: Workspace, kind: str
) -> None:
    row: Any = add_number(make_trunk(acme), "+15550100000") if kind == "number" else TelephonySettings.of(acme.pk)
    asked = {"assistant_request_url": "https://crm.example.com/", "assistant_request_secret": ASSISTANT_SECRET}
    type(row).objects.update(**asked)
    text = signed_in(acme_viewer).get(page(row)).text
    assert "https://crm.example.com/" in text
    assert ASSISTANT_SECRET not in text
