"""Sessions in the database, each knowing whose it is, so that a person's can be listed and ended."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models.session import Session
from voxa.core.client_address import client_address

ABOUT = "_voxa_about"  # in the session: its public id, when it began, from where and with what
SEEN_PRECISION = timedelta(minutes=5)


class SessionStore(DatabaseStore):
    """Writes beside Django's data what a list of sessions shows."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        about = data.get(ABOUT, {})
        if SESSION_KEY in data:
            row.user_id = int(data[SESSION_KEY])
            row.last_seen_at = timezone.now()
        if about:
            row.public_id, row.signed_in_at = about["id"], parse_datetime(about["at"])
            row.address, row.browser = about["address"], about["browser"]
        return row

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]
        if row is not None and row.user_id:
            _note_seen(row)
        return row


def _note_seen(row: Session) -> None:
    now = timezone.now()
    if row.last_seen_at is None or row.last_seen_at <= now - SEEN_PRECISION:
        Session.objects.filter(pk=row.pk).update(last_seen_at=now)


def describe(request: HttpRequest, public_id: str) -> dict[str, str]:
    """Return what a session keeps of the request that began it."""
    return {
        "id": public_id,
        "at": timezone.now().isoformat(),
        "address": client_address(request) or "",
        "browser": request.META.get("HTTP_USER_AGENT", "")[:200],
    }
