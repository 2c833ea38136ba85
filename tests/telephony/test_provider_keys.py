"""Provider keys are stored once in a workspace: named, checked, rotated, used by several agents, never shown."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from agents.providers import PROVIDERS
from telephony.models import Agent, ProviderKey
from telephony.services.agents import create_agent, update_agent
from telephony.services.provider_checks import check_again, check_due
from telephony.services.provider_keys import create_key, update_key
from tests.conftest import ApiFor
from tests.receiver import Receiver, answer, receiver

pytestmark = pytest.mark.django_db

KEYS = "/v1/provider-keys"
SECRET = "dg-secret-of-acme"
DEEPGRAM = {"name": "Deepgram", "provider": "deepgram", "key": SECRET}
OPENAI = {"name": "OpenAI", "provider": "openai", "key": "sk-secret-of-acme"}


def errors(found: Any) -> dict[str, str]:
    return {one["field"]: one["code"] for one in found.json()["error"]["details"]}


@cache
def private_key() -> str:
    pem = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return pem.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def service_account(**more: Any) -> str:
    parts = {
        "type": "service_account", "project_id": "acme", "private_key_id": "k1", "private_key": private_key(),
        "client_email": "voxa@acme.iam.gserviceaccount.com", "token_uri": "https://oauth2.googleapis.com/token",
    }  # fmt: skip
    return json.dumps({**parts, **more})


@pytest.fixture
def provider(settings: Any) -> Iterator[Receiver]:
    """Every provider; it accepts each key until `respond` is set."""
    with receiver() as box:
        box.respond = answer(200)
        url = f"http://127.0.0.1:{box.port}"
        settings.OPENAI_BASE_URL = settings.ELEVENLABS_BASE_URL = url
        settings.PROVIDER_URLS = dict.fromkeys(settings.PROVIDER_URLS, url)
        yield box


@pytest.fixture
def key(acme: Workspace) -> ProviderKey:
    return create_key(acme, OPENAI)


def test_a_key_goes_in_and_never_comes_out(api: APIClient) -> None:
    made = api.post(KEYS, DEEPGRAM)
    assert made.status_code == 201
    shown = made.json()
    assert (shown["name"], shown["provider"], shown["check"], shown["agentCount"]) == (
        "Deepgram", "deepgram", "unverified", 0,
    )  # fmt: skip
    path = f"{KEYS}/{shown['id']}"
    for found in (made, api.get(KEYS), api.get(path), api.patch(path, {"name": "D", "key": SECRET})):
        assert SECRET not in found.content.decode()
    row = ProviderKey.objects.get()
    assert (row.name, row.key, SECRET in repr(row.account)) == ("D", SECRET, False)
    assert not hasattr(ProviderKey.history.first(), "key")


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"key": ""}, "key", "blank"),
        ({"key": "two words"}, "key", "provider_key"),
        ({"key": "x" * 501}, "key", "provider_key"),
        ({"provider": "acme"}, "provider", "invalid_choice"),
        ({"baseUrl": "https://m.example.com"}, "baseUrl", "provider"),
        ({"region": "westeurope"}, "region", "provider"),
        ({"provider": "azure"}, "region", "required"),
        ({"provider": "azure", "region": "evil.example/"}, "region", "region"),
        ({"provider": "openai", "baseUrl": "https://10.0.0.1/v1"}, "baseUrl", "unsafe_url"),
        ({"provider": "google"}, "key", "provider_key"),
        ({"provider": "google", "key": '{"type": "authorized_user"}'}, "key", "provider_key"),
        ({"provider": "google", "key": "[" * 5_000}, "key", "provider_key"),
        ({"provider": "google", "key": service_account(private_key="none")}, "key", "provider_key"),
        ({"provider": "google", "key": service_account(token_uri="https://evil.example/token")}, "key", "provider_key"),
        ({"provider": "google", "key": service_account(universe_domain="evil.example")}, "key", "provider_key"),
    ],
)
def test_what_cannot_be_a_key_is_refused_at_its_field(
    api: APIClient, body: dict[str, str], field: str, code: str
) -> None:
    assert errors(api.post(KEYS, {**DEEPGRAM, **body})) == {field: code}


def test_a_name_is_taken_once_in_a_workspace(api: APIClient, globex: Workspace) -> None:
    create_key(globex, DEEPGRAM)
    assert api.post(KEYS, DEEPGRAM).status_code == 201
    taken = api.post(KEYS, DEEPGRAM)
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "key_name_taken")


def test_others_neither_see_nor_use_nor_manage_a_key(
    api_for: ApiFor, acme: Workspace, globex: Workspace, key: ProviderKey
) -> None:
    foreign = api_for(globex, Scope.WORKSPACE_ADMIN)
    path = f"{KEYS}/{key.pk}"
    found = [foreign.get(path), foreign.patch(path, {"key": "x"}), foreign.delete(path), foreign.post(f"{path}/check")]
    assert [one.status_code for one in found] == [404] * 4
    assert foreign.get(KEYS).json()["results"] == []
    refused = foreign.post("/v1/agents", {"name": "Spy", "providerKeyId": str(key.pk)})
    assert errors(refused) == {"providerKeyId": "not_found"}
    writer = api_for(acme, Scope.AGENTS_WRITE, Scope.AGENTS_READ)
    assert [writer.get(path).status_code, writer.patch(path, {"key": "x"}).status_code] == [200, 403]
    assert [writer.post(KEYS, DEEPGRAM).status_code, writer.delete(path).status_code] == [403, 403]


def test_several_agents_use_a_key_and_a_rotated_one_is_what_the_next_worker_gets(
    api: APIClient, key: ProviderKey
) -> None:
    made = [api.post("/v1/agents", {"name": name, "providerKeyId": str(key.pk)}).json() for name in ("A", "B")]
    assert [(one["providerKeyId"], one["hasProviderKey"]) for one in made] == [(str(key.pk), False)] * 2
    assert api.get(f"{KEYS}/{key.pk}").json()["agentCount"] == 2
    entered = key.rotated_at
    assert api.patch(f"{KEYS}/{key.pk}", {"key": "sk-rotated"}).status_code == 200
    for agent in Agent.objects.all():
        assert PROVIDERS[agent.ai_provider].for_worker(agent)["key"] == "sk-rotated"
    key.refresh_from_db()
    assert key.rotated_at > entered
    assert ProviderKey.history.filter(id=key.pk).count() == 2  # who rotated it, and when


def test_a_chosen_key_replaces_the_own_one_and_the_reverse(api: APIClient, acme: Workspace, key: ProviderKey) -> None:
    agent = create_agent(acme, {"name": "A", "provider_key": "sk-own"})
    path = f"/v1/agents/{agent.pk}"
    shown = api.patch(path, {"providerKeyId": str(key.pk)}).json()
    assert (shown["providerKeyId"], shown["hasProviderKey"]) == (str(key.pk), False)
    shown = api.patch(path, {"providerKey": "sk-own"}).json()
    assert (shown["providerKeyId"], shown["hasProviderKey"]) == (None, True)
    both = api.patch(path, {"providerKey": "sk-own", "providerKeyId": str(key.pk)})
    assert errors(both) == {"providerKeyId": "invalid"}


def test_a_key_in_use_is_not_deleted_and_its_agents_are_named(
    api: APIClient, acme: Workspace, key: ProviderKey
) -> None:
    agent = create_agent(acme, {"name": "Reception", "stored_key": key})
    refused = api.delete(f"{KEYS}/{key.pk}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "key_in_use")
    assert "Reception" in refused.json()["error"]["message"]
    update_agent(agent, {"stored_key": None})
    assert api.delete(f"{KEYS}/{key.pk}").status_code == 204
    assert not ProviderKey.objects.exists()


def test_a_workspace_goes_with_its_keys(globex: Workspace) -> None:
    create_agent(globex, {"name": "Reception", "stored_key": create_key(globex, OPENAI)})
    globex.delete()
    assert not ProviderKey.objects.exists()


CHECKS = {
    "openai": ("/models", "authorization", "Bearer k-1"),
    "elevenlabs": ("/v1/models", "xi-api-key", "k-1"),
    "deepgram": ("/v1/auth/token", "authorization", "Token k-1"),
    "cartesia": ("/voices?limit=1", "authorization", "Bearer k-1"),
    "azure": ("/cognitiveservices/voices/list", "ocp-apim-subscription-key", "k-1"),
    "assemblyai": ("/v2/transcript?limit=1", "authorization", "k-1"),
    "groq": ("/openai/v1/models", "authorization", "Bearer k-1"),
    "xai": ("/v1/api-key", "authorization", "Bearer k-1"),
    "gemini": ("/v1beta/models?pageSize=1", "x-goog-api-key", "k-1"),
}


@pytest.mark.parametrize("name", CHECKS)
def test_each_provider_is_asked_in_its_own_way(acme: Workspace, provider: Receiver, name: str) -> None:
    path, header, value = CHECKS[name]
    row = create_key(acme, {"name": name, "provider": name, "key": "k-1", "region": "westeurope" * (name == "azure")})
    assert check_again(row.pk, ProviderKey)
    (asked,) = provider.requests
    assert (asked.method, asked.path, asked.headers[header]) == ("GET", path, value)
    row.refresh_from_db()
    assert (row.provider_check, row.provider_answer, row.provider_check_due_at) == ("valid", "HTTP 200", None)
    assert row.provider_checked_at


def test_google_gets_a_token_that_the_account_signed_and_never_its_key(acme: Workspace, provider: Receiver) -> None:
    row = create_key(acme, {"name": "Google", "provider": "google", "key": service_account()})
    assert check_again(row.pk, ProviderKey)
    (asked,) = provider.requests
    assert asked.path.startswith("/v1/voices")
    assert asked.headers["authorization"].startswith("Bearer eyJ")
    assert "PRIVATE" not in str(asked.headers)


@pytest.mark.parametrize(
    ("status", "body", "check"),
    [(401, b"", "refused"), (403, b"", "refused"), (500, b"", "unverified"),
     (401, b'{"detail": {"status": "missing_permissions"}}', "unverified")],
)  # fmt: skip
def test_the_last_answer_is_shown_and_an_unclear_one_is_asked_for_again(
    api: APIClient, provider: Receiver, status: int, body: bytes, check: str
) -> None:
    provider.respond = answer(status, body)
    path = f"{KEYS}/{api.post(KEYS, {**DEEPGRAM, 'provider': 'elevenlabs'}).json()['id']}"
    assert check_due(seconds=5) == 1
    shown = api.get(path).json()
    assert (shown["check"], f"HTTP {status}" in shown["checkAnswer"]) == (check, True)
    assert (ProviderKey.objects.get().provider_check_due_at is None) == (check == "refused")
    provider.respond = answer(200)
    assert (api.post(f"{path}/check").status_code, api.get(path).json()["checkAnswer"]) == (202, "")
    assert check_due(seconds=5) == 1
    assert api.get(path).json()["check"] == "valid"


def test_a_rotated_key_is_checked_with_the_agents_that_use_it(acme: Workspace, key: ProviderKey) -> None:
    agent = create_agent(acme, {"name": "A", "stored_key": key})
    Agent.objects.update(provider_check="refused", provider_check_due_at=None)
    ProviderKey.objects.update(provider_check="refused", provider_check_due_at=None)
    update_key(key, {"key": "sk-rotated"})
    agent.refresh_from_db()
    key.refresh_from_db()
    for row in (agent, key):
        assert (row.provider_check, row.provider_check_due_at is not None) == ("unverified", True)


def test_a_key_of_an_own_server_is_checked_there_by_the_guard(acme: Workspace, provider: Receiver) -> None:
    row = create_key(acme, {**OPENAI, "base_url": "https://models.example.com/v1"})
    ProviderKey.objects.update(base_url=provider.url("/v1").replace("http", "https"))  # an address of this machine
    check_again(row.pk, ProviderKey)
    row.refresh_from_db()
    assert (row.provider_check, provider.requests) == ("unverified", [])
    assert "cannot be called" in row.provider_answer
