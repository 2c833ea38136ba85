"""End overdue calls: those past their limit, and those whose requested end did not happen."""

from contextlib import suppress
from datetime import timedelta

from django.utils import timezone

from calls.choices import LIVE, Reason
from calls.livekit.ingest import conclude
from calls.livekit.room_monitor import in_rooms
from calls.livekit.talk_time import due_within
from calls.models import Call
from calls.services.hangup import ask_for_end, send_close
from voxa.core.errors import Conflict
from voxa.core.tasks import publish

ASK_AGAIN = timedelta(seconds=10)  # after which a close counts as lost
SOON = timedelta(seconds=8)  # the task is sent this far ahead of a call's limit: beat runs only every 5 s
GIVE_UP = timedelta(minutes=10)  # this far past its limit, a call is ended in the database, whatever LiveKit reports


def reap() -> None:
    """Request the end of calls past their limit, repeat it if needed, and finally record the end in any case."""
    now = timezone.now()
    for call_id, at in due_within(SOON, now):
        publish("calls.tasks.end_at_limit", str(call_id), after=(at - now).total_seconds())
    for call in in_rooms().filter(leased_until__lt=now, end_requested=""):
        with suppress(Conflict):  # it ended meanwhile
            ask_for_end(call, Reason.MAX_DURATION)
    asked = Call.objects.filter(status__in=LIVE, updated_at__lt=now - ASK_AGAIN).exclude(end_requested="")
    for call_id in asked.values_list("pk", flat=True):
        send_close(call_id)
    for call_id in in_rooms().filter(leased_until__lt=now - GIVE_UP).values_list("pk", flat=True):
        conclude(call_id, now)
