"""The kinds of rows that are synced to LiveKit: trunks and SIP endpoints."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.expressions import RawSQL

from telephony.models import LiveKitObject, SipEndpoint, Trunk
from telephony.models.synced import SyncedRow
from telephony.sync.rows import ENDPOINT_VERSION, TRUNK_VERSION, Row, read_endpoints, read_trunks


@dataclass(frozen=True, slots=True)
class RowKind:
    """One kind: its model, the field by which records name such a row, and how rows are read as plain data.

    `version` is a text on PostgreSQL that changes with what is read.
    """

    field: str
    model: type[SyncedRow]
    read: Callable[[Iterable[UUID]], Sequence[Row]]
    version: RawSQL

    def rows(self) -> QuerySet[Any]:
        """Return all rows of the kind."""
        return self.model._default_manager.all()

    def versions(self, rows: QuerySet[Any]) -> dict[UUID, str]:
        """Return the version of each of these rows. SQLite has none: there each row counts as changed every time."""
        version = self.version if connection.vendor == "postgresql" else Value(str(uuid4()))
        return dict(rows.order_by("pk").annotate(version=version).values_list("pk", "version"))

    def objects_of(self, row_ids: Collection[UUID]) -> QuerySet[LiveKitObject]:
        """Return the records of these rows' LiveKit objects."""
        return LiveKitObject.objects.filter(**{f"{self.field}__in": row_ids})


TRUNKS = RowKind("trunk", Trunk, read_trunks, TRUNK_VERSION)
ENDPOINTS = RowKind("endpoint", SipEndpoint, read_endpoints, ENDPOINT_VERSION)
KINDS = (TRUNKS, ENDPOINTS)
