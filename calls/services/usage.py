"""Count calls by workspace, day and number when they end."""

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F

from calls.models import Call, UsageDay


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
    added = {
        "calls": F("calls") + sign,
        "answered": F("answered") + (sign if call.answered_at else 0),
        "seconds": F("seconds") + sign * (call.duration_seconds or 0),
    }
    if not UsageDay.objects.filter(**counted).update(**added):
        row, _ = UsageDay.objects.get_or_create(**counted)
        UsageDay.objects.filter(pk=row.pk).update(**added)
