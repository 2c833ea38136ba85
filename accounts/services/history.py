"""Write history that the library's signals do not cover."""

from collections.abc import Sequence

from django.db.models import Model
from simple_history.models import HistoricalRecords
from simple_history.utils import bulk_create_with_history


def reason_of_program() -> str | None:
    """Return the API key of the current request as the history's reason; None without an API key."""
    request = getattr(HistoricalRecords.context, "request", None)
    key = getattr(request, "api_key", None)
    return f"API key vx_live_{key.identifier}… ({key.name})"[:100] if key is not None else None


def insert_recorded(rows: Sequence[Model]) -> None:
    """Insert new rows of one model and their history with two statements, without signals."""
    if rows:
        bulk_create_with_history(rows, type(rows[0]), batch_size=500, default_change_reason=reason_of_program())


def record_changes(rows: Sequence[Model]) -> None:
    """Insert the history of rows of one model that a single statement changed."""
    if rows:
        history = type(rows[0]).history  # type: ignore[attr-defined]
        reason = reason_of_program()
        history.bulk_history_create(rows, batch_size=500, update=True, default_change_reason=reason)
