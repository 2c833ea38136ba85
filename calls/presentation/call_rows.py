"""Calls of a page as JSON text, as `payloads.call_json` shows each."""

from collections import defaultdict
from typing import Any

from django.db.models import QuerySet

from calls.models import Attempt, Call
from calls.presentation import schemas
from calls.presentation.payloads import overrides_json
from voxa.core.api.rendering import JsonText, encoded
from voxa.core.api.row_text import Row, RowText, json_of, listed
from voxa.core.statements import Fixed, among

CALL_ROWS = RowText(
    Call,
    schemas.CallSerializer,
    "created_at",
    "id",
    agent_overrides=lambda value: "{}" if value == "{}" else encoded(overrides_json(json_of(value))),
)
_ATTEMPTS = RowText(Attempt, schemas.AttemptSerializer, "call_id")


def calls_text(calls: list[Row]) -> JsonText:
    """Return the JSON of rows of `CALL_ROWS`, with their attempts by one query."""
    ids = [str(pk) for _, pk, *_ in calls]
    attempts = _attempts_of(ids) if ids else []
    tried: dict[str, list[str]] = defaultdict(list)
    for (call, *_), text in zip(attempts, _ATTEMPTS.texts(attempts), strict=True):
        tried[str(call)].append(text)
    return listed(CALL_ROWS.texts(calls, attempts=(listed(tried.get(pk, ())) for pk in ids)))


def _of_calls(ids: Any) -> QuerySet[Any, Any]:
    return _ATTEMPTS.select_text(Attempt.objects.filter(among("call_id", ids)).order_by("number"))


_attempts_of: Fixed[Any] = Fixed(_of_calls, list)
