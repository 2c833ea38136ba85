"""The calls of a list as CSV, streamed in bounded queries."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from calls.models import Call
from calls.presentation.status_text import reason_words
from voxa.core.imports.cells import neutral

EACH = 1_000  # calls per query; each continues after the last one, by the list's index
COLUMNS = (
    "id", "direction", "status", "reason", "reason_text", "sip_status_code", "from", "to", "agent", "trunk",
    "workspace", "created_at", "started_at", "answered_at", "ended_at", "time_zone", "duration_seconds", "attempts",
    "sip_call_id", "livekit_call_id", "room_name",
)  # fmt: skip


class _Line:
    """A file for the CSV writer that returns each line."""

    def write(self, line: str) -> str:
        return line


def csv_of(calls: QuerySet[Call], zone: ZoneInfo) -> Iterator[str]:
    """Yield the calls as lines of CSV, newest first, with a byte order mark for spreadsheets and times in the zone."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for call in _in_parts(calls):
        yield writer.writerow([neutral(cell) for cell in _cells(call, zone)])


def _in_parts(calls: QuerySet[Call]) -> Iterator[Call]:
    rows = calls.select_related("agent", "trunk", "workspace").order_by("-created_at", "-id")
    rest = rows
    while part := list(rest[:EACH]):
        yield from part
        last = part[-1]
        older = Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, id__lt=last.pk)
        rest = rows.filter(older, created_at__lte=last.created_at)


def _cells(call: Call, zone: ZoneInfo) -> list[str]:
    values: list[Any] = [
        call.pk, call.direction, call.status, call.reason, reason_words(call), call.sip_status_code,
        call.from_number, call.to_number, call.agent and call.agent.name, call.trunk and call.trunk.name,
        call.workspace.name, *(_local(at, zone) for at in _times(call)), zone.key, call.duration_seconds,
        call.attempts_made, call.sip_call_id, call.livekit_call_id, call.room_name,
    ]  # fmt: skip
    return ["" if value is None else str(value) for value in values]


def _times(call: Call) -> tuple[datetime | None, ...]:
    return call.created_at, call.started_at, call.answered_at, call.ended_at


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}" if moment else ""
