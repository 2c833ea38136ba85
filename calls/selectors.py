"""Queries on calls, always within one workspace."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import connection
from django.db.models import F, Func, QuerySet, Sum

from accounts.models import Workspace
from calls.do_not_call.erased_numbers import MARK, listed_as
from calls.models import (
    Attempt,
    Call,
    CallAnalysis,
    Conversation,
    DoNotCall,
    Event,
    Recording,
    TranscriptItem,
    UsageDay,
)
from voxa.core.number_fields import to_canonical

MOST_WITH_ID = 50  # calls per Call-ID; a carrier should never reuse one
READ_THROUGH = 5_000  # newest calls whose transcripts are read
MOST_WITH_WORDS = 2_000  # transcript items per search
MOST_EVENTS = 1_000  # of one call; a call has a few per attempt


def calls(workspace: Workspace) -> QuerySet[Call]:
    return Call.objects.filter(workspace=workspace)


def known_as(call_id: str, *only: str) -> list[UUID]:
    """Return the calls, of all workspaces, with an ID of the carrier or LiveKit; `only` restricts the kinds of ID.

    The kinds are `sipCallId` and `livekitCallId`. Each has an index of its own, on calls and on attempts.
    """
    fields = {"sipCallId": "sip_call_id", "livekitCallId": "livekit_call_id"}
    found: set[UUID] = set()
    for name in (only or fields) if call_id else ():
        found |= set(Call.objects.filter(**{fields[name]: call_id}).values_list("pk", flat=True)[:MOST_WITH_ID])
        tried = Attempt.objects.filter(**{fields[name]: call_id})
        found |= set(tried.values_list("call", flat=True)[:MOST_WITH_ID])
    return sorted(found)


def events(call: Call) -> QuerySet[Event]:
    """Return a call's timeline, oldest first."""
    return Event.objects.filter(call=call).select_related("attempt").order_by("at", "id")[:MOST_EVENTS]


def conversation(call: Call) -> Conversation | None:
    return Conversation.objects.filter(call=call).first()


def analysis(call: Call) -> CallAnalysis | None:
    return CallAnalysis.objects.filter(call=call).first()


def recordings(call: Call) -> list[Recording]:
    """Return the parts of a call's recording in order."""
    return list(Recording.objects.filter(call=call).order_by("part"))


def do_not_call(workspace: Workspace) -> QuerySet[DoNotCall]:
    rows = DoNotCall.objects.filter(workspace=workspace).select_related("added_by", "added_with")
    return rows.defer("added_by__password", "added_with__key_hash")


def listed(rows: QuerySet[DoNotCall], text: str, country: str | None = None) -> QuerySet[DoNotCall]:
    """Return a number's do-not-call entries, including an erased number that is stored as a hash.

    `text` is the number in any format, or the hash. Raise ValidationError for anything else.
    """
    if text.startswith(MARK):
        return rows.filter(number=text)
    return rows.filter(number__in=listed_as(to_canonical(text, country, plus_may_be_lost=True)))


@dataclass(frozen=True)
class UsageLine:
    """Usage of one day or one number; `key` is the day or number, None for the total."""

    key: date | str | None
    calls: int
    answered: int
    seconds: int
    outcomes: dict[str, int]


def usage(workspace: Workspace, first: date, last: date, group: str) -> list[UsageLine]:
    """Return the usage from the first to the last day, by `day` or `number`, and then the total.

    Days are in order, numbers by number of calls. Days are in the workspace's time zone.
    """
    rows = UsageDay.objects.filter(workspace=workspace, day__range=(first, last)).order_by()
    sums = rows.values(group, "outcome").annotate(n=Sum("calls"), picked_up=Sum("answered"), length=Sum("seconds"))
    parts: dict[date | str, list[dict[str, Any]]] = defaultdict(list)
    for row in sums:
        parts[row[group]].append(row)
    lines = [_line(key, found) for key, found in parts.items()]
    lines.sort(key=lambda line: (line.key,) if group == "day" else (-line.calls, line.key))
    return [*lines, _line(None, list(sums))]


def _line(key: date | str | None, rows: list[dict[str, Any]]) -> UsageLine:
    outcomes: dict[str, int] = defaultdict(int)
    for row in rows:
        outcomes[row["outcome"]] += row["n"]
    return UsageLine(
        key=key,
        calls=sum(outcomes.values()),
        answered=sum(row["picked_up"] for row in rows),
        seconds=sum(row["length"] for row in rows),
        outcomes=dict(sorted(outcomes.items())),
    )


def with_words(calls: QuerySet[Call], text: str) -> QuerySet[Call]:
    """Return the calls with a text in their transcript.

    The newest ones are read; among the others, PostgreSQL's index finds whole words next to each other.
    """
    newest = calls.filter(answered_at__isnull=False).order_by("-created_at", "-id").values("pk")[:READ_THROUGH]
    read = TranscriptItem.objects.filter(call__in=newest, text__icontains=text)
    found = set(read.order_by().values_list("call", flat=True)[:MOST_WITH_WORDS])
    if connection.vendor == "postgresql":
        words = Func(F("text"), template="to_tsvector('simple', %(expressions)s)", output_field=SearchVectorField())
        asked = SearchQuery(text, config="simple", search_type="phrase")
        indexed = TranscriptItem.objects.alias(words=words).filter(words=asked, call__in=calls.values("pk"))
        found |= set(indexed.order_by().values_list("call", flat=True)[:MOST_WITH_WORDS])
    return calls.filter(pk__in=found)
