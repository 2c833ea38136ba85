"""One client a project in each process, and the record of whether the project answers."""

import logging
import time
from uuid import UUID

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from telephony.livekit.client import LiveKitClient
from telephony.livekit.errors import (
    LiveKitError,
    LiveKitNotConfigured,
    LiveKitUnauthorized,
    LiveKitUnavailable,
    LiveKitWithoutSip,
)
from telephony.models import LiveKitProject

logger = logging.getLogger(__name__)

FRESH = 2.0  # seconds for which a process does not write again what it wrote last
_clients: dict[UUID, LiveKitClient] = {}


def client_for(project: LiveKitProject) -> LiveKitClient:
    """Return this process's client of a project, a new one when URL or credentials changed.

    Raises LiveKitNotConfigured when the project has none.
    """
    if not project.url or not project.is_configured:
        raise LiveKitNotConfigured
    client = _clients.get(project.pk)
    if client is None or not client.speaks_for(project.url, *project.credentials):
        client = LiveKitClient(project.url, *project.credentials, on_outcome=_Reachability(project.pk))
        _clients[project.pk] = client
    return client


class _Reachability:
    """Keeps `last_ok_at`, `last_failed_at` and `last_error` of a project. A refusal is an answer: LiveKit is there."""

    def __init__(self, project_id: UUID) -> None:
        self._project_id = project_id
        self._written: tuple[str, float] | None = None

    def __call__(self, error: LiveKitError | None) -> None:
        failed = isinstance(error, LiveKitUnavailable | LiveKitUnauthorized)
        failed = failed and not isinstance(error, LiveKitWithoutSip)
        text = str(error) if failed else ""
        now = time.monotonic()
        if self._written is not None and self._written[0] == text and now - self._written[1] < FRESH:
            return
        self._written = text, now
        try:
            if failed:
                _write_failure(self._project_id, text)
            else:
                _write_success(self._project_id)
        except DatabaseError:
            # What LiveKit answered matters more than this note: an id lost here would be an orphan there.
            logger.warning("Could not note whether LiveKit project %s answers.", self._project_id, exc_info=True)


def _write_success(project_id: UUID) -> None:
    now = timezone.now()
    LiveKitProject.objects.filter(Q(last_ok_at=None) | Q(last_ok_at__lt=now), pk=project_id).update(
        last_ok_at=now, last_error=""
    )


def _write_failure(project_id: UUID, text: str) -> None:
    now = timezone.now()
    LiveKitProject.objects.filter(
        Q(last_failed_at=None) | Q(last_failed_at__lt=now), Q(last_ok_at=None) | Q(last_ok_at__lte=now), pk=project_id
    ).update(last_failed_at=now, last_error=text)
