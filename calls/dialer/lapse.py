"""End calls that were not dialed by their latest time, also without a dispatcher."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from calls.choices import CallStatus, Reason
from calls.models import Call
from calls.services.timeline import end

AT_ONCE = 500


def end_lapsed() -> int:
    """End queued calls whose `not_after` is past; return how many. One that is being dialed goes on."""
    late = Call.objects.filter(status=CallStatus.QUEUED, not_after__lte=timezone.now()).order_by("not_after")
    return sum(_end(call_id) for call_id in late.values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _end(call_id: UUID) -> bool:
    call = Call.objects.select_for_update().filter(pk=call_id, status=CallStatus.QUEUED).first()
    return call is not None and end(call, timezone.now(), Reason.LAPSED, CallStatus.FAILED)
