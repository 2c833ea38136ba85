"""Reports of the agent worker on a call: transcript, latency figures, outcome. Each report may arrive twice."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.services.webhooks import emit
from calls.analysis.analyze import ask_for_analysis
from calls.choices import ENDED, AnalysisStatus, Reason
from calls.models import Call, CallAnalysis, Conversation, TranscriptItem
from calls.presentation.payloads import report_json
from calls.services.hangup import hang_up
from voxa.core.errors import Conflict

LATE = timedelta(seconds=30)  # after a call's end, when no further report of its worker is expected
ANALYZED = timedelta(minutes=2)  # after a call's end, for which its report waits for the analysis
# Reasons for which a worker may end a call. LiveKit reports that the caller hung up.
ENDINGS = (
    Reason.AGENT_HUNG_UP,
    Reason.SILENCE,
    Reason.VOICEMAIL,
    Reason.MAX_DURATION,
    Reason.PROVIDER_FAILED,
    Reason.NOBODY_AVAILABLE,
)


@dataclass(frozen=True)
class Report:
    """One report. `end` requests the hang-up; `finished` marks the last report."""

    items: Iterable[TranscriptItem] = ()
    measures: Mapping[str, Any] = field(default_factory=dict)
    worker: str = ""
    detail: str = ""
    end: Reason | None = None
    finished: bool = False


@transaction.atomic
def take_report(call: Call, report: Report) -> None:
    """Store a worker's report on a call, also after the call's end. Known items are not changed."""
    Conversation.objects.get_or_create(call=call)
    row = Conversation.objects.select_for_update().get(call=call)
    TranscriptItem.objects.bulk_create(report.items, ignore_conflicts=True)
    row.worker = report.worker or row.worker
    row.detail = report.detail or row.detail
    row.measures = {**row.measures, **report.measures}
    if report.finished and row.finished_at is None:
        row.finished_at = timezone.now()
    row.save()
    if report.end is not None:
        with suppress(Conflict):  # it ended meanwhile
            hang_up(call, report.end)  # on commit, so before the response to the report
    tell_report(call.pk)


@transaction.atomic
def tell_report(call_id: UUID) -> bool:
    """Send the conversation report to webhooks, once: when the call is over, its worker has finished, and the
    analysis that its agent requests is there. A slow worker or language model does not delay it further.
    """
    row = Conversation.objects.select_for_update(of=("self",)).filter(call=call_id, told_at=None).first()
    call = Call.objects.filter(pk=call_id, status__in=ENDED).first()
    now = timezone.now()
    if row is None or call is None:
        return False
    over_for = now - (call.ended_at or now)
    if row.finished_at is None and over_for < LATE:
        return False
    ask_for_analysis(call)
    pending = CallAnalysis.objects.filter(call=call, status=AnalysisStatus.PENDING)
    if over_for < ANALYZED and pending.exists():
        return False
    Conversation.objects.filter(pk=row.pk).update(told_at=now)
    emit(call.workspace_id, "call.report", partial(report_json, call, row))
    return True


def tell_late(most: int = 500) -> int:
    """Send the reports that are due and not sent yet; return how many."""
    waiting = Conversation.objects.filter(told_at=None, call__status__in=ENDED).order_by("started_at")
    return sum(tell_report(call_id) for call_id in waiting.values_list("pk", flat=True)[:most])
