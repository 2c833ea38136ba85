"""A list shows each row as the row's own path does, whether its page is the first, filtered or a later one."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from calls.models import Attempt, Call
from telephony.models import PhoneNumber, Trunk
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk
from tests.calls.conftest import Line, make_line

WHOLE_SECOND = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ODD = '"\\ \u2028 é \U0001f600 </script> % %s'
OPENING = {"day": 0, "opens": "09:00", "closes": "17:00"}


@pytest.fixture
def line(acme: Any) -> Line:
    return make_line(acme)


def shown(api: APIClient, path: str) -> list[dict[str, Any]]:
    """Return all rows of a list, page by page, and check them against the first page and their own paths."""
    first = api.get(path)
    rows: list[dict[str, Any]] = first.json()["results"]
    assert "\u2028" not in first.content.decode()
    found: list[dict[str, Any]] = []
    page = api.get(path, {"limit": 2}).json()
    found += page["results"]
    while page["next"]:
        page = api.get(page["next"]).json()
        found += page["results"]
    assert json.dumps(found) == json.dumps(rows)
    assert json.dumps(rows) == json.dumps([api.get(f"{path}/{row['id']}").json() for row in rows])
    return rows


def test_numbers(api: APIClient, line: Line) -> None:
    for last in range(4):
        add_number(line.trunk, f"+1202555017{last}")
    one, two, *_ = PhoneNumber.objects.order_by("number")
    PhoneNumber.objects.filter(pk=one.pk).update(
        label=ODD, agent=line.agent, agent_revision=1, transfer_trunk=line.trunk, created_at=WHOLE_SECOND
    )
    PhoneNumber.objects.filter(pk=two.pk).update(business_hours=[OPENING], holidays=["2026-12-25"])
    rows = {row["id"]: row for row in shown(api, "/v1/telephony/numbers")}
    assert len(rows) == 5
    assert (rows[str(one.pk)]["label"], rows[str(one.pk)]["createdAt"]) == (ODD, "2026-03-01T09:30:00Z")
    assert rows[str(two.pk)]["businessHours"] == [OPENING]


def test_trunks_with_their_parts(api: APIClient, line: Line) -> None:
    bare = create_trunk(
        line.workspace, {"name": ODD, "for_transfers": True, "gateways": [{"ip_or_domain": "192.0.2.9"}]}
    )
    full = {
        "headers": {"X-Odd": "a%s"}, "codecs": ["PCMU"], "calls_per_second": Decimal("1.5"), "paused_at": WHOLE_SECOND,
        "auth_username": "user", "auth_password": "x", "warnings": [ODD], "country": "DE",
    }  # fmt: skip
    Trunk.objects.filter(pk=line.trunk.pk).update(**full)
    for port in (5070, 5080):
        line.trunk.gateways.create(ip_or_domain="192.0.2.7", port=port, priority=port)
    add_number(line.trunk, "+12025550179")
    rows = {row["id"]: row for row in shown(api, "/v1/telephony/trunks")}
    told = rows[str(line.trunk.pk)]
    assert (told["callsPerSecond"], told["hasPassword"], told["headers"]) == ("1.50", True, {"X-Odd": "a%s"})
    assert len(told["gateways"]) == 3
    assert len(told["numbers"]) == 2
    assert told["livekitOutboundTrunkId"].startswith("ST_")
    assert (rows[str(bare.pk)]["name"], rows[str(bare.pk)]["numbers"]) == (ODD, [])


def test_calls_with_their_attempts(api: APIClient, line: Line) -> None:
    calls = [line.place(metadata={"n": 1e22, "text": ODD, "deep": [{"a": None}]}), line.place(), line.place()]
    Call.objects.filter(pk=calls[1].pk).update(
        agent_overrides={"first_message": "Hi"}, started_at=WHOLE_SECOND, duration_seconds=3, trunk=None
    )
    for number in (2, 1):
        Attempt.objects.create(
            call=calls[1],
            number=number,
            status="failed",
            started_at=WHOLE_SECOND,
            room_name=f"{ODD}{number}",
            trunk=line.trunk,
        )
    Attempt.objects.create(call=calls[2], number=1, status="failed", started_at=WHOLE_SECOND + timedelta(0, 0, 5))
    rows = {row["id"]: row for row in shown(api, "/v1/calls")}
    assert [len(rows[str(call.pk)]["attempts"]) for call in calls] == [0, 2, 1]
    told = rows[str(calls[1].pk)]
    assert [one["number"] for one in told["attempts"]] == [1, 2]
    assert (told["agentOverrides"], told["trunkId"]) == ({"firstMessage": "Hi"}, None)


def test_an_empty_list_is_one(outsider_api: APIClient, line: Line) -> None:
    line.place()
    for path in ("/v1/calls", "/v1/telephony/numbers", "/v1/telephony/trunks"):
        assert outsider_api.get(path).json() == {"next": None, "previous": None, "results": []}
