"""Who may do what: outsiders see nothing, weaker scopes are refused, on every endpoint."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from telephony.models import Agent, PhoneNumber, Trunk
from tests.conftest import ApiFor
from tests.telephony.conftest import AGENTS, NUMBERS, TRUNKS

ROWS = {TRUNKS: "trunk", NUMBERS: "number", AGENTS: "agent"}
WRITES = [(method, base, "") for base in ROWS for method in ("patch", "delete")] + [
    ("post", TRUNKS, action) for action in ("/provision", "/pause", "/resume")
]
READS = [("get", base, "") for base in ROWS]


@pytest.fixture
def rows(trunk: Trunk, number: PhoneNumber, agent: Agent) -> dict[str, Any]:
    return {TRUNKS: trunk, NUMBERS: number, AGENTS: agent}


def count_all() -> tuple[int, int, int]:
    return Trunk.objects.count(), PhoneNumber.objects.count(), Agent.objects.count()


@pytest.mark.parametrize(("method", "base", "action"), READS + WRITES)
def test_an_outsider_finds_nothing_at_an_id_of_another_workspace(
    outsider_api: APIClient, rows: dict[str, Any], method: str, base: str, action: str
) -> None:
    before = count_all()
    answer = getattr(outsider_api, method)(f"{base}/{rows[base].pk}{action}", {"name": "Mine"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert count_all() == before


@pytest.mark.parametrize("base", ROWS)
def test_an_outsider_lists_nothing(outsider_api: APIClient, rows: dict[str, Any], base: str) -> None:
    assert outsider_api.get(base).json()["results"] == []


@pytest.mark.parametrize("base", ROWS)
def test_reading_takes_agents_read(api_for: ApiFor, acme: Workspace, rows: dict[str, Any], base: str) -> None:
    for path in (base, f"{base}/{rows[base].pk}"):
        assert api_for(acme, Scope.AGENTS_READ).get(path).status_code == 200
        assert api_for(acme, Scope.CALLS_READ).get(path).status_code == 403


@pytest.mark.parametrize(("method", "base", "action"), [*WRITES, *(("post", base, None) for base in ROWS)])
def test_writing_takes_the_scope_of_the_kind(
    api_for: ApiFor, acme: Workspace, rows: dict[str, Any], method: str, base: str, action: str | None
) -> None:
    needed, weaker = Scope.WORKSPACE_ADMIN, [Scope.AGENTS_READ, Scope.AGENTS_WRITE, Scope.CALLS_WRITE]
    if base == AGENTS:
        needed, weaker = Scope.AGENTS_WRITE, [Scope.AGENTS_READ, Scope.CALLS_WRITE]
    path = base if action is None else f"{base}/{rows[base].pk}{action}"
    refused = getattr(api_for(acme, *weaker), method)(path, {})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "insufficient_scope")
    assert getattr(api_for(acme, needed), method)(path, {}).status_code != 403


@pytest.mark.parametrize("base", ROWS)
def test_without_a_key_it_is_a_401(client: APIClient, base: str, db: None) -> None:
    answer = client.get(base)
    assert (answer.status_code, answer["WWW-Authenticate"][:6]) == (401, "Bearer")
