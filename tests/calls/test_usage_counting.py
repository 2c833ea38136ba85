"""Ended calls are counted by the workspace's day, its own number, direction and outcome."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from calls.choices import Direction
from calls.models import Call, UsageDay
from calls.services.usage import count_call
from tests.calls.conftest import CALLEE, Line

MIDNIGHT_IN_BERLIN = datetime(2026, 3, 1, 23, tzinfo=UTC)


def ended(line: Line, **fields: Any) -> Call:
    call = line.place()
    values = {"status": "completed", "ended_at": MIDNIGHT_IN_BERLIN, **fields}
    Call.objects.filter(pk=call.pk).update(**values)
    return Call.objects.get(pk=call.pk)


def test_the_day_is_the_workspaces(line: Line) -> None:
    line.workspace.time_zone = "Europe/Berlin"
    line.workspace.save()
    count_call(ended(line))
    count_call(ended(line, ended_at=MIDNIGHT_IN_BERLIN.replace(hour=22)))
    assert set(UsageDay.objects.values_list("day", "calls")) == {(date(2026, 3, 1), 1), (date(2026, 3, 2), 1)}


@pytest.mark.parametrize(("direction", "own"), [(Direction.OUTBOUND, "+12025550100"), (Direction.INBOUND, CALLEE)])
def test_the_number_is_the_workspaces_own(line: Line, direction: Direction, own: str) -> None:
    count_call(ended(line, direction=direction))
    assert list(UsageDay.objects.values_list("direction", "number")) == [(direction, own)]


def test_calls_of_one_kind_add_up_and_can_be_taken_away(line: Line) -> None:
    answered = ended(line, answered_at=MIDNIGHT_IN_BERLIN, duration_seconds=90)
    for call in (answered, ended(line), ended(line, status="busy")):
        count_call(call)
    count_call(answered, -1)
    counted = {row.outcome: (row.calls, row.answered, row.seconds) for row in UsageDay.objects.all()}
    assert counted == {"completed": (1, 0, 0), "busy": (1, 0, 0)}
