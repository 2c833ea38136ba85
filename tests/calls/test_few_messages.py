"""What a write reads goes to PostgreSQL in one message, and what it writes in few."""

import pytest
from rest_framework.test import APIClient

from tests.calls.conftest import CALLEE, Line

pytestmark = pytest.mark.postgres


def placed(api: APIClient, line: Line) -> int:
    body = {"to": CALLEE, "from": line.number.number, "agentId": str(line.agent.pk), "trunkId": str(line.trunk.pk)}
    return api.post("/v1/calls", body).status_code


def added(api: APIClient, line: Line, number: str) -> int:
    body = {"number": number, "trunkId": str(line.trunk.pk), "agentId": str(line.agent.pk)}
    return api.post("/v1/telephony/numbers", body).status_code


def test_a_call_reads_its_agent_and_trunk_with_all_else(api: APIClient, line: Line, sent: list[str]) -> None:
    assert placed(api, line) == 201
    sent.clear()
    assert placed(api, line) == 201
    _key, _reading, savepoint, writing = sent
    assert savepoint.startswith("SAVEPOINT")  # within the test's transaction
    assert "RELEASE SAVEPOINT" in writing


def test_a_number_reads_its_trunk_and_agent_with_the_lock(api: APIClient, line: Line, sent: list[str]) -> None:
    assert added(api, line, "+12025550177") == 201
    sent.clear()
    assert added(api, line, "+12025550178") == 201
    _key, savepoint, _reading, writing = sent
    assert savepoint.startswith("SAVEPOINT")
    assert "RELEASE SAVEPOINT" in writing
