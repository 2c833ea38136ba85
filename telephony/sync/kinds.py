"""The kinds of rows that are synced to LiveKit: trunks and SIP endpoints."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from telephony.models import LiveKitObject, SipEndpoint, Trunk
from telephony.models.synced import SyncedRow
from telephony.sync.rows import Row, read_endpoints, read_trunks


@dataclass(frozen=True, slots=True)
class RowKind:
    """One kind: its model, the field by which records name such a row, and how rows are read as plain data."""

    field: str
    model: type[SyncedRow]
    read: Callable[[Iterable[UUID]], Sequence[Row]]

    def rows(self) -> QuerySet[Any]:
        """Return all rows of the kind."""
        return self.model._default_manager.all()

    def objects_of(self, row_ids: Collection[UUID]) -> QuerySet[LiveKitObject]:
        """Return the records of these rows' LiveKit objects."""
        return LiveKitObject.objects.filter(**{f"{self.field}__in": row_ids})


TRUNKS = RowKind("trunk", Trunk, read_trunks)
ENDPOINTS = RowKind("endpoint", SipEndpoint, read_endpoints)
KINDS = (TRUNKS, ENDPOINTS)
