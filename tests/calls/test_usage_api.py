"""`/v1/usage`."""

from datetime import date
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from calls.models import UsageDay
from tests.conftest import ApiFor

USAGE = "/v1/usage"
ONE, TWO = "+12025550100", "+12025550101"


@pytest.fixture
def counted(acme: Workspace, globex: Workspace) -> None:
    def count(workspace: Workspace, day: int, number: str, outcome: str, *sums: int) -> None:
        calls, answered, seconds = sums
        UsageDay.objects.create(
            workspace=workspace, day=date(2026, 3, day), number=number, direction="outbound", outcome=outcome,
            calls=calls, answered=answered, seconds=seconds,
        )  # fmt: skip

    count(acme, 1, ONE, "completed", 3, 3, 90)
    count(acme, 1, ONE, "busy", 2, 0, 0)
    count(acme, 2, TWO, "completed", 1, 1, 40)
    count(globex, 1, ONE, "completed", 99, 99, 9999)


def sums(calls: int, answered: int, minutes: float, **outcomes: int) -> dict[str, Any]:
    return {"calls": calls, "answered": answered, "minutes": minutes, "outcomes": outcomes}


def wrong(answer: Any) -> set[str]:
    assert answer.status_code == 400
    return {detail["field"] for detail in answer.json()["error"]["details"]}


@pytest.mark.usefixtures("counted")
def test_days_come_in_order_with_their_outcomes_and_a_total(api: APIClient) -> None:
    answer = api.get(f"{USAGE}?from=2026-03-01&to=2026-03-31").json()
    assert answer == {
        "from": "2026-03-01",
        "to": "2026-03-31",
        "timeZone": "UTC",
        "total": sums(6, 4, 2.17, busy=2, completed=4),
        "results": [
            {"day": "2026-03-01", "number": None, **sums(5, 3, 1.5, busy=2, completed=3)},
            {"day": "2026-03-02", "number": None, **sums(1, 1, 0.67, completed=1)},
        ],
    }


@pytest.mark.usefixtures("counted")
def test_numbers_come_by_how_many_calls_they_had(api: APIClient) -> None:
    lines = api.get(f"{USAGE}?from=2026-03-01&to=2026-03-02&groupBy=number").json()["results"]
    assert [(line["number"], line["day"], line["calls"]) for line in lines] == [(ONE, None, 5), (TWO, None, 1)]


@pytest.mark.usefixtures("counted")
def test_without_days_the_last_thirty_of_the_workspaces_time_zone_count(api: APIClient, acme: Workspace) -> None:
    acme.time_zone = "Pacific/Auckland"
    acme.save()
    with time_machine.travel("2026-03-30T12:00:00Z"):  # the 31st there
        answer = api.get(USAGE).json()
    assert (answer["from"], answer["to"], answer["total"]["calls"]) == ("2026-03-02", "2026-03-31", 1)


def test_wrong_questions_are_named(api: APIClient) -> None:
    assert wrong(api.get(f"{USAGE}?from=soon&to=2026-02-30&groupBy=hour")) == {"from", "to", "groupBy"}
    assert wrong(api.get(f"{USAGE}?from=2026-03-02&to=2026-03-01")) == {"from"}
    assert wrong(api.get(f"{USAGE}?from=2025-01-01&to=2026-03-01")) == {"from"}
    assert api.get(f"{USAGE}?to=0001-01-01").json()["total"]["calls"] == 0


@pytest.mark.usefixtures("counted")
def test_an_outsider_sees_its_own_alone(outsider_api: APIClient, api_for: ApiFor, acme: Workspace) -> None:
    assert outsider_api.get(f"{USAGE}?from=2026-03-01&to=2026-03-02").json()["total"]["calls"] == 99
    assert api_for(acme, Scope.AGENTS_READ).get(USAGE).status_code == 403
    assert api_for(acme, Scope.CALLS_READ).get(USAGE).status_code == 200
