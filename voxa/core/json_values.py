"""Values in the API's format, for rows that are serialized by hand."""

from datetime import datetime
from uuid import UUID


def id_json(value: UUID | None) -> str | None:
    """Return an id."""
    return str(value) if value else None


def time_json(at: datetime | None) -> str | None:
    """Return a time in UTC."""
    return at.isoformat().replace("+00:00", "Z") if at else None
