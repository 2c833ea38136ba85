"""The agent-trunk dialect beyond its printed examples: list, get, change, delete, rotate, and whose is whose."""

import json
import re
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from agents.choices import ProviderCheck
from telephony.choices import TrunkStatus
from telephony.models import Agent, PhoneNumber, SipEndpoint
from telephony.services.trunks import create_trunk
from tests.conftest import ApiFor
from tests.dialects.agent_trunks import CUSTOM, ELEVENLABS, OPENAI, TRUNKS
from tests.dialects.providers import Providers
from tests.dialects.test_agent_trunks_errors import error_of

LISTED = ["id", "name", "status", "ai_provider", "sip_username", "created_at", "updated_at", "metrics"]


@pytest.fixture
def trunk(api: APIClient, providers: Providers) -> dict[str, Any]:
    created: dict[str, Any] = api.post(TRUNKS, OPENAI).json()
    return created


@pytest.mark.parametrize("body", [OPENAI, ELEVENLABS, CUSTOM])
def test_each_provider_can_be_created_and_nothing_secret_comes_back(
    api: APIClient, providers: Providers, body: dict[str, Any]
) -> None:
    created = api.post(TRUNKS, body)
    assert created.status_code == 201
    text = created.content + api.get(TRUNKS).content + api.get(f"{TRUNKS}/{created.json()['id']}").content
    assert not [
        secret for name, secret in body.items() if ("key" in name or "password" in name) and secret.encode() in text
    ]


def test_the_list_is_as_the_product_answers_it(api: APIClient, trunk: dict[str, Any]) -> None:
    api.post(TRUNKS, CUSTOM)
    answer = api.get(TRUNKS, {"limit": 1, "offset": 1}).json()
    assert list(answer) == ["trunks", "pagination"]
    assert answer["pagination"] == {"limit": 1, "offset": 1, "total": 2}
    (listed,) = answer["trunks"]
    assert list(listed) == LISTED
    assert listed["id"] == trunk["id"]
    assert listed["metrics"] == {"calls_today": 0, "success_rate": 0.0, "avg_latency_ms": 0}


def test_the_list_is_filtered_by_status(api: APIClient, trunk: dict[str, Any]) -> None:
    def found(status: str) -> int:
        total: int = api.get(TRUNKS, {"status": status}).json()["pagination"]["total"]
        return total

    assert [found(status) for status in ("active", "inactive", "error")] == [0, 1, 0]
    SipEndpoint.objects.update(status=TrunkStatus.ACTIVE, synced_generation=1)
    assert [found(status) for status in ("active", "inactive", "error")] == [1, 0, 0]
    Agent.objects.update(provider_check=ProviderCheck.REFUSED)
    assert [found(status) for status in ("active", "inactive", "error")] == [0, 0, 1]
    assert api.get(f"{TRUNKS}/{trunk['id']}").json()["status"] == "error"


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "offset=-1", "status=asleep", f"offset={10**30}"])
def test_a_wrong_query_is_a_400(api: APIClient, query: str) -> None:
    name = query.partition("=")[0]
    assert error_of(api.get(f"{TRUNKS}?{query}"))[:2] == (400, f"invalid_{name}")


def test_a_change_keeps_what_it_does_not_name(api: APIClient, trunk: dict[str, Any], providers: Providers) -> None:
    providers.box.requests.clear()
    body = {"name": "Production OpenAI Agent v2", "system_prompt": "You are a knowledgeable support specialist."}
    changed = api.patch(f"{TRUNKS}/{trunk['id']}", body)
    assert changed.status_code == 200
    assert list(changed.json()) == ["id", "name", "status", "updated_at"]
    agent = SipEndpoint.objects.get(name=body["name"]).agent
    assert (agent.system_prompt, agent.name, agent.provider_key) == (
        body["system_prompt"],
        body["name"],
        OPENAI["openai_api_key"],
    )
    assert (agent.provider_check, providers.asked) == (ProviderCheck.VALID, [])


def test_a_changed_key_is_checked_before_it_is_kept(
    api: APIClient, trunk: dict[str, Any], providers: Providers
) -> None:
    refused = api.patch(f"{TRUNKS}/{trunk['id']}", {"name": "New", "openai_api_key": "sk-wrong"})
    assert error_of(refused)[:2] == (401, "invalid_provider_credentials")
    endpoint = SipEndpoint.objects.get()
    assert (endpoint.name, endpoint.agent.provider_key) == (OPENAI["name"], OPENAI["openai_api_key"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"sip_username": "other"}, "invalid_sip_username"),
        ({"sip_password": "another-one"}, "invalid_sip_password"),
        ({"ai_provider": "custom"}, "invalid_ai_provider"),
        ({"elevenlabs_api_key": "el_api"}, "invalid_elevenlabs_api_key"),
        ({"openai_api_key": None}, "missing_required_field"),
        ({"name": ""}, "missing_required_field"),
        ({"status": "error"}, "invalid_status"),
        ({"id": "conn_1"}, "invalid_request"),
    ],
)
def test_what_cannot_change_is_said(api: APIClient, trunk: dict[str, Any], body: dict[str, Any], code: str) -> None:
    assert error_of(api.patch(f"{TRUNKS}/{trunk['id']}", body))[:2] == (400, code)


@pytest.mark.parametrize("sent", ["created", "shown", "listed"])
def test_a_whole_trunk_may_be_sent_back(api: APIClient, trunk: dict[str, Any], providers: Providers, sent: str) -> None:
    path = f"{TRUNKS}/{trunk['id']}"
    whole = {"created": OPENAI, "shown": api.get(path).json(), "listed": api.get(TRUNKS).json()["trunks"][0]}[sent]
    changed = api.patch(path, {**whole, "name": "Renamed"})
    assert (changed.status_code, changed.json()["name"]) == (200, "Renamed"), changed.content
    assert api.get(path).json() == {**trunk, "name": "Renamed"}


def test_a_change_on_its_way_to_livekit_keeps_the_trunk_active(api: APIClient, trunk: dict[str, Any]) -> None:
    SipEndpoint.objects.update(status=TrunkStatus.ACTIVE, synced_generation=1)
    assert api.patch(f"{TRUNKS}/{trunk['id']}", {"name": "Renamed"}).json()["status"] == "active"
    assert SipEndpoint.objects.get().status == TrunkStatus.PENDING


def test_rotating_answers_the_new_password_once(api: APIClient, trunk: dict[str, Any]) -> None:
    answer = api.post(f"{TRUNKS}/{trunk['id']}/rotate-password")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert list(answer.json()) == ["id", "sip_username", "sip_password", "rotated_at"]
    password = answer.json()["sip_password"]
    assert re.fullmatch(r"[A-Za-z0-9]{24}", password)
    assert SipEndpoint.objects.get().sip_password == password
    assert password not in api.get(f"{TRUNKS}/{trunk['id']}").content.decode()


def test_deleting_takes_the_agent_with_its_key_along(api: APIClient, trunk: dict[str, Any]) -> None:
    assert api.delete(f"{TRUNKS}/{trunk['id']}").status_code == 204
    assert api.delete(f"{TRUNKS}/{trunk['id']}").status_code == 404
    assert not Agent.objects.exists()


def test_an_agent_that_answers_numbers_stays(api: APIClient, acme: Workspace, trunk: dict[str, Any]) -> None:
    carrier = create_trunk(acme, {"name": "C", "gateways": [{"ip_or_domain": "192.0.2.1"}]})
    agent = Agent.objects.get()
    PhoneNumber.objects.create(trunk=carrier, number="+15550100000", agent=agent)
    api.delete(f"{TRUNKS}/{trunk['id']}")
    assert list(Agent.objects.all()) == [agent]


def test_an_outsider_finds_nothing(
    api: APIClient, api_for: ApiFor, globex: Workspace, trunk: dict[str, Any], providers: Providers
) -> None:
    stranger, path = api_for(globex), f"{TRUNKS}/{trunk['id']}"
    answers = [
        stranger.get(path),
        stranger.patch(path, {"name": "Mine", "openai_api_key": "sk-wrong"}),
        stranger.delete(path),
        stranger.post(f"{path}/rotate-password"),
    ]
    assert [error_of(answer)[:2] for answer in answers] == [(404, "not_found")] * 4
    assert stranger.get(TRUNKS).json()["trunks"] == []
    assert len(providers.asked) == 1  # acme's own create
    assert SipEndpoint.objects.get().name == OPENAI["name"]


def test_two_workspaces_may_have_one_username(
    api: APIClient, api_for: ApiFor, globex: Workspace, providers: Providers
) -> None:
    addresses = [one.post(TRUNKS, CUSTOM).json()["sip_endpoint"] for one in (api, api_for(globex))]
    assert addresses == ["custom-agent-01.acme@sip.localhost", "custom-agent-01.globex@sip.localhost"]


def test_native_trunks_are_others(api: APIClient, trunk: dict[str, Any]) -> None:
    assert api.get("/v1/telephony/trunks").json()["results"] == []


def test_a_repeated_request_gives_the_first_answer(api: APIClient, providers: Providers) -> None:
    first, second = (api.post(TRUNKS, OPENAI, HTTP_IDEMPOTENCY_KEY="one") for _ in range(2))
    assert json.loads(first.content) == json.loads(second.content)
    assert len(providers.asked) == 1
