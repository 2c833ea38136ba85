"""Count calls by workspace, day and number when they end."""

from collections import Counter
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F

from calls.models import Call, UsageDay
from calls.services.gathering import gathered


def count_call(call: Call, sign: int = 1) -> None:
    """Add an ended call to its day; with `sign` -1, subtract it before a correction.

    Runs in the transaction that ends the call, so that it is counted once.
    """
    ended = call.ended_at or call.created_at
    counted: dict[str, Any] = {
        "workspace_id": call.workspace_id,
        "day": ended.astimezone(ZoneInfo(call.workspace.time_zone)).date(),
        "number": call.own_number,
        "direction": call.direction,
        "outcome": call.status,
    }
    added = Counter(calls=sign, answered=sign if call.answered_at else 0, seconds=sign * (call.duration_seconds or 0))
    work = gathered()
    if work is None:
        _add(counted, added)
        return
    key = "usage", tuple(map(str, counted.values()))
    counts = work.counts.setdefault(key, Counter())
    counts.update(added)
    work.last[key] = partial(_add, counted, counts)


def _add(counted: dict[str, Any], added: Counter[str]) -> None:
    fields = {name: F(name) + more for name, more in added.items()}
    if not UsageDay.objects.filter(**counted).update(**fields):
        row, _ = UsageDay.objects.get_or_create(**counted)
        UsageDay.objects.filter(pk=row.pk).update(**fields)
