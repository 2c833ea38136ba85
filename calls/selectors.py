"""Reads of calls, always within one workspace."""

from collections.abc import Sequence

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from accounts.models import Workspace
from calls.models import Attempt, Call, DoNotCall, Event

MOST_EVENTS = 1_000  # of one call; a call has a few for each of its dials


def calls(workspace: Workspace) -> QuerySet[Call]:
    """Give a workspace's calls."""
    return Call.objects.filter(workspace=workspace)


def load_attempts(found: Sequence[Call]) -> None:
    """Load the attempts of many calls by one query."""
    prefetch_related_objects(found, Prefetch("attempts", Attempt.objects.order_by("number")))


def events(call: Call) -> QuerySet[Event]:
    """Give a call's timeline, oldest first."""
    return Event.objects.filter(call=call).select_related("attempt").order_by("at", "id")[:MOST_EVENTS]


def do_not_call(workspace: Workspace) -> QuerySet[DoNotCall]:
    """Give whom a workspace never calls."""
    return DoNotCall.objects.filter(workspace=workspace)
