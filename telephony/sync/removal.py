"""Remove the LiveKit objects of deleted rows: the tombstones."""

import logging
from collections.abc import Collection, Iterable
from contextlib import suppress
from functools import partial
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet
from django.utils import timezone

from telephony.choices import ObjectKind
from telephony.livekit import LiveKitError, LiveKitNotConfigured
from telephony.livekit.loop import in_caller
from telephony.models import Installation, LiveKitObject
from telephony.sync.lease import LEASE
from telephony.sync.project_session import ProjectSessions
from telephony.sync.row_sync import REMOVAL_ORDER
from telephony.sync.side_by_side import run_side_by_side
from telephony.sync.steps import remove_object

logger = logging.getLogger(__name__)

CHUNK = 50  # objects of one claim: their deletions fit well into the lease


def tombstones() -> QuerySet[LiveKitObject]:
    """Return the objects whose row was deleted."""
    return LiveKitObject.objects.filter(trunk=None, endpoint=None)


def remove_objects(object_ids: Iterable[int], concurrency: int = 1) -> int:
    """Remove these tombstones, as far as LiveKit answers and nobody else holds them; return how many are gone.

    What stays has its reason in `last_error`, and the sweep comes back to it. Where a create may still be under way,
    what it made so far is deleted at once, and looked for again when it has certainly ended.
    """
    ids, gone = list(object_ids), 0
    for start in range(0, len(ids), CHUNK):
        gone += _remove_chunk(ids[start : start + CHUNK], concurrency)
    return gone


def _remove_chunk(ids: Collection[int], concurrency: int) -> int:
    claimed = _claim(ids)
    unsure = tombstones().filter(pk__in=ids, livekit_id="").exclude(pk__in=[row.pk for row in claimed])
    installation, sessions = Installation.current(), ProjectSessions()
    gone: list[int] = []
    errors: dict[int, str] = {}
    by_kind = {kind: [row for row in claimed if row.kind == kind] for kind in REMOVAL_ORDER}
    for rows in by_kind.values():
        run_side_by_side([partial(_remove, sessions, row, installation, gone, errors) for row in rows], concurrency)
    run_side_by_side([partial(_remove_early, sessions, row, installation) for row in unsure], concurrency)
    LiveKitObject.objects.filter(pk__in=gone).delete()
    for row in claimed:
        if row.pk not in gone:
            LiveKitObject.objects.filter(pk=row.pk, lease_token=row.lease_token).update(
                last_error=errors.get(row.pk, ""), lease_token=None, leased_until=None
            )
    return len(gone)


def _claim(ids: Collection[int]) -> list[LiveKitObject]:
    now, token = timezone.now(), uuid4()
    free = tombstones().filter(Q(leased_until=None) | Q(leased_until__lt=now), pk__in=ids)
    if not free.update(lease_token=token, leased_until=now + LEASE):
        return []
    return list(LiveKitObject.objects.select_related("workspace").filter(lease_token=token))


async def _remove(
    sessions: ProjectSessions, row: LiveKitObject, installation: UUID, gone: list[int], errors: dict[int, str]
) -> None:
    try:
        await remove_object(await in_caller(sessions.to, row.project_id), row, installation)
    except LiveKitNotConfigured as error:
        # A workspace that is being closed does not wait for what nobody can do. Should the project be configured
        # again, reconcile finds the object by its tag.
        if row.workspace.closed_at is None:
            errors[row.pk] = str(error)
            return
    except LiveKitError as error:
        errors[row.pk] = str(error)
        logger.warning("A %s could not be removed from LiveKit yet: %s", ObjectKind(row.kind).label, error)
        return
    gone.append(row.pk)


async def _remove_early(sessions: ProjectSessions, row: LiveKitObject, installation: UUID) -> None:
    """Delete what stands of a create whose end is not known. Its tombstone stays as it is."""
    with suppress(LiveKitError):
        await remove_object(await in_caller(sessions.to, row.project_id), row, installation)
