"""One client per project and process, and the record of whether the project responds."""

import logging
import time
from collections.abc import Callable
from functools import partial
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

FRESH = 2.0  # seconds before a process writes an unchanged record again
_clients: dict[UUID, LiveKitClient] = {}


def client_for(project: LiveKitProject) -> LiveKitClient:
    """Return this process's client of a project, a new one if URL or credentials changed.

    Raise `LiveKitNotConfigured` if the project has none.
    """
    if not project.url or not project.is_configured:
        raise LiveKitNotConfigured
    client = _clients.get(project.pk)
    if client is None or not client.speaks_for(project.url, *project.credentials):
        client = LiveKitClient(project.url, *project.credentials, on_outcome=_Reachability(project.pk))
        _clients[project.pk] = client
    return client


class _Reachability:
    """Maintains `last_ok_at`, `last_failed_at` and `last_error` of a project. A rejection counts as reachable."""

    def __init__(self, project_id: UUID) -> None:
        self._project_id = project_id
        self._written: tuple[str, float] | None = None

    def __call__(self, error: LiveKitError | None) -> Callable[[], None] | None:
        """Return what writes this outcome, None if the record says so already."""
        failed = isinstance(error, LiveKitUnavailable | LiveKitUnauthorized)
        failed = failed and not isinstance(error, LiveKitWithoutSip)
        text = str(error) if failed else ""
        now = time.monotonic()
        if self._written is not None and self._written[0] == text and now - self._written[1] < FRESH:
            return None
        self._written = text, now
        return partial(self._write, text, failed)

    def _write(self, text: str, failed: bool) -> None:
        try:
            if failed:
                _write_failure(self._project_id, text)
            else:
                _write_success(self._project_id)
        except DatabaseError:
            # LiveKit's response matters more than this record: a lost ID would leave an orphan in LiveKit.
            logger.warning("Could not record whether LiveKit project %s responds.", self._project_id, exc_info=True)


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
