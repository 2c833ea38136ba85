"""The agent-trunk reference: its curl and Python programs as printed, but for base URL and keys."""

import contextlib
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.models import ApiKey, Workspace
from telephony.models import SipEndpoint
from tests.dialects.conftest import Shell
from tests.dialects.providers import Providers

CURL = r"""curl -X POST $BASE/v1/trunks \
-H "Authorization: Bearer $KEY" \
-H "Content-Type: application/json" \
-d '{
"name": "Production OpenAI Agent",
"ai_provider": "openai",
"sip_username": "agent-prod-01",
"sip_password": "s3cur3P@ssw0rd!",
"openai_api_key": "sk-openai-abc123...",
"system_prompt": "You are a helpful customer service agent."
}'"""
ANSWER = {
    "id": "conn_abc123xyz",
    "name": "Production OpenAI Agent",
    "status": "active",
    "ai_provider": "openai",
    "sip_username": "agent-prod-01",
    "sip_endpoint": "agent-prod-01@...",
    "created_at": "2024-03-10T12:00:00Z",
}
CREATE = """
import requests
API_KEY = "sk_live_abc123def456..."
BASE_URL = "https://api.telepathvoice.com/v1"
headers = {
    "Authorization": f"Bearer {API_KEY}",
    "Content-Type": "application/json"
}
payload = {
    "name": "Production OpenAI Agent",
    "ai_provider": "openai",
    "sip_username": "agent-prod-01",
    "sip_password": "s3cur3P@ssw0rd!",
    "openai_api_key": "sk-openai-abc123...",
    "system_prompt": "You are a helpful customer service agent."
}
response = requests.post(f"{BASE_URL}/trunks", headers=headers, json=payload)
response.raise_for_status()
trunk = response.json()
print(f"Created trunk: {trunk['id']}")
print(f"SIP endpoint: {trunk['sip_endpoint']}")
"""
WITH_ERRORS = """
import requests
def create_trunk(api_key, name, ai_provider, sip_username, sip_password, **kwargs):
    headers = {
        "Authorization": f"Bearer {api_key}",
        "Content-Type": "application/json"
    }
    payload = {
        "name": name,
        "ai_provider": ai_provider,
        "sip_username": sip_username,
        "sip_password": sip_password,
        **kwargs
    }
    r = requests.post(
        "https://api.telepathvoice.com/v1/trunks",
        headers=headers,
        json=payload
    )
    if r.status_code == 409:
        raise ValueError(f"SIP username '{sip_username}' already exists")
    if r.status_code == 400:
        raise ValueError(r.json()["error"]["message"])
    r.raise_for_status()
    return r.json()
"""
BATCH = """
configs = [
    {"name": "Agent US-East", "sip_username": "agent-us-east", "ai_provider": "openai"},
    {"name": "Agent US-West", "sip_username": "agent-us-west", "ai_provider": "openai"},
    {"name": "Agent EU", "sip_username": "agent-eu", "ai_provider": "openai"},
]
created = []
for cfg in configs:
    trunk = create_trunk(
        api_key=API_KEY,
        sip_password="s3cur3P@ssw0rd!",
        openai_api_key=OPENAI_KEY,
        **cfg
    )
    created.append(trunk)
    print(f"Created {trunk['name']}: {trunk['sip_endpoint']}")
"""
Run = Callable[[str], tuple[dict[str, Any], str]]


@pytest.fixture
def run(
    live_server: LiveServer, acme: Workspace, make_key: Callable[..., tuple[ApiKey, str]], providers: Providers
) -> Run:
    """Run a program of the reference; return its names and what it printed."""
    key = make_key(acme)[1]

    def run(program: str) -> tuple[dict[str, Any], str]:
        program = program.replace("https://api.telepathvoice.com", live_server.url)
        program = program.replace("sk_live_abc123def456...", key)
        names: dict[str, Any] = {"API_KEY": key, "OPENAI_KEY": "sk-openai-abc123..."}
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(program, names)
        return names, printed.getvalue()

    return run


def test_curl_answers_the_printed_fields(shell: Shell, providers: Providers) -> None:
    answer = shell.run(CURL)
    assert (answer.status, answer.headers["content-type"]) == (201, "application/json")
    assert list(answer.body) == list(ANSWER)
    endpoint = SipEndpoint.objects.get()
    assert answer.body == {
        **ANSWER,
        "id": f"conn_{endpoint.pk.hex}",
        "status": "inactive",  # no LiveKit is configured here
        "sip_endpoint": "agent-prod-01.acme@sip.localhost",
        "created_at": answer.body["created_at"],
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer.body["created_at"])
    assert (endpoint.sip_password, endpoint.agent.provider_key) == ("s3cur3P@ssw0rd!", "sk-openai-abc123...")
    assert endpoint.agent.system_prompt == "You are a helpful customer service agent."


def test_the_python_example_runs_as_printed(run: Run) -> None:
    names, printed = run(CREATE)
    assert printed == (f"Created trunk: {names['trunk']['id']}\nSIP endpoint: agent-prod-01.acme@sip.localhost\n")


def test_create_with_error_handling_runs_as_printed(run: Run) -> None:
    create = run(WITH_ERRORS)[0]["create_trunk"]
    key = run("")[0]["API_KEY"]
    arguments = {"ai_provider": "openai", "openai_api_key": "sk-openai-abc123..."}
    assert create(key, "One", sip_username="one", sip_password="s3cur3P@ssw0rd!", **arguments)["sip_username"] == "one"
    with pytest.raises(ValueError, match="SIP username 'one' already exists"):
        create(key, "Two", sip_username="one", sip_password="s3cur3P@ssw0rd!", **arguments)
    with pytest.raises(ValueError, match=r"^sip_password is required$"):
        create(key, "Two", sip_username="two", sip_password=None, **arguments)


def test_batch_create_runs_as_printed(run: Run) -> None:
    names, printed = run(WITH_ERRORS + BATCH)
    assert [trunk["sip_username"] for trunk in names["created"]] == ["agent-us-east", "agent-us-west", "agent-eu"]
    assert printed.splitlines()[2] == "Created Agent EU: agent-eu.acme@sip.localhost"
