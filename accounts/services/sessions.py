"""List and end a person's sessions."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Session


def sessions_of(person: Any) -> QuerySet[Session]:
    """Return a person's sessions that have not expired, the one used last first."""
    return Session.objects.filter(user=person.pk, expire_date__gt=timezone.now()).order_by("-last_seen_at", "pk")


def end_sessions(person: Any, *, keep: str | None = None) -> int:
    """End a person's sessions, all but the one with the key `keep`; return how many."""
    return Session.objects.filter(user=person.pk).exclude(pk=keep or "").delete()[0]


def end_session(person: Any, public_id: UUID) -> bool:
    """End one session of a person; return whether there was one."""
    return bool(Session.objects.filter(user=person.pk, public_id=public_id).delete()[0])


def purge_sessions() -> None:
    """Delete the sessions that have expired."""
    Session.objects.filter(expire_date__lte=timezone.now()).delete()
