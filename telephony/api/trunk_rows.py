"""Trunks of a list as JSON text, as `TrunkSerializer` shows each."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.db import connection
from django.db.models import QuerySet

from telephony import selectors
from telephony.api.serializers import TrunkSerializer, gateway_json
from telephony.models import Trunk
from telephony.trunk_parts import PARTS, parts_in
from voxa.core.api.rendering import encoded
from voxa.core.api.row_text import RowText
from voxa.core.api.serializers import shared


class TrunkRowText(RowText):
    """Shows rows of PostgreSQL as they are. SQLite has no JSON of a trunk's parts: there the serializer does it."""

    def __init__(self) -> None:
        super().__init__(Trunk, TrunkSerializer, "created_at", "id", "auth_username", calls_per_second=_rate)
        self.columns += PARTS

    def select(self, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
        return super().select(rows) if connection.vendor == "postgresql" else rows

    def texts(self, rows: Sequence[Any], **nested: Iterable[str]) -> list[str]:
        serializer = cast(TrunkSerializer, shared(TrunkSerializer))
        if rows and isinstance(rows[0], Trunk):
            return [encoded(serializer.to_representation(row)) for row in rows]
        parts = parts_in(row[-len(PARTS) :] for row in rows)
        ids = [selectors.ids_of(row[1], one) for row, one in zip(rows, parts, strict=True)]
        return super().texts(
            rows,
            gateways=[encoded([gateway_json(gateway) for gateway in one.gateways]) for one in parts],
            hasPassword=["true" if row[2] else "false" for row in rows],
            livekitInboundTrunkId=[encoded(one.inbound) for one in ids],
            livekitOutboundTrunkId=[encoded(one.outbound) for one in ids],
            livekitDispatchRuleId=[encoded(one.rule) for one in ids],
            numbers=[encoded(serializer.get_numbers(one)) if one.numbers else "[]" for one in parts],
        )


def _rate(value: Any) -> str:
    return "null" if value is None else f'"{value:.2f}"'


TRUNK_ROWS = TrunkRowText()
