"""Analysis and recordings of a call, for the call page."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from calls.choices import AnalysisStatus, RecordingStatus
from calls.models import Call, CallAnalysis, Recording
from calls.presentation.status_text import duration

_COLORS = {
    AnalysisStatus.PENDING: "info",
    AnalysisStatus.DONE: "success",
    AnalysisStatus.FAILED: "danger",
    RecordingStatus.STARTING: "info",
    RecordingStatus.RECORDING: "primary",
    RecordingStatus.SAVED: "success",
    RecordingStatus.FAILED: "danger",
}


@dataclass(frozen=True)
class Found:
    row: CallAnalysis
    color: str
    fields: list[tuple[str, str]]


@dataclass(frozen=True)
class Recorded:
    row: Recording
    color: str
    length: str
    plays: bool
    began: float | None  # seconds since 1970, for the player


def after_of(call: Call) -> dict[str, Any]:
    """Return the template context, using two queries; empty for a call that was not answered."""
    if call.answered_at is None:
        return {}
    analysis = CallAnalysis.objects.filter(call=call).first()
    recordings = Recording.objects.filter(call=call).order_by("part")
    return {
        "analysis": _found(analysis) if analysis else None,
        "recordings": [_recorded(recording) for recording in recordings],
        "analysis_waits": bool(analysis and analysis.status == AnalysisStatus.PENDING),
    }


def _found(row: CallAnalysis) -> Found:
    return Found(row, _COLORS[AnalysisStatus(row.status)], written_fields(row.fields))


def written_fields(fields: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the fields of an analysis as people read them."""
    return [(_heading(name), _written(value)) for name, value in fields.items()]


def _recorded(row: Recording) -> Recorded:
    length = duration(row.duration_seconds) if row.duration_seconds else ""
    began = row.started_at.timestamp() if row.started_at else None
    return Recorded(row, _COLORS[RecordingStatus(row.status)], length, row.status == RecordingStatus.SAVED, began)


def _heading(name: str) -> str:
    """Return a field name as a heading: `wants_callback` becomes "Wants callback"."""
    return capfirst(name.replace("_", " ").strip()) or name


def _written(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "Not mentioned"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list) and all(isinstance(one, (str, int, float)) for one in value):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
