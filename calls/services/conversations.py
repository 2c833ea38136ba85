"""What an agent worker reports of a call: transcript, measures, how it ended. Every report may come twice."""

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

LATE = timedelta(seconds=30)  # after a call's end, when no more is expected of its worker
ANALYZED = timedelta(minutes=2)  # after a call's end, in which its report waits for the analysis
# Why a worker may end a call; that the caller hung up is LiveKit's to tell.
ENDINGS = (Reason.AGENT_HUNG_UP, Reason.SILENCE, Reason.VOICEMAIL, Reason.MAX_DURATION, Reason.PROVIDER_FAILED)


@dataclass(frozen=True)
class Report:
    """One report. `end` asks for the call's end, `finished` says that nothing more comes."""

    items: Iterable[TranscriptItem] = ()
    measures: Mapping[str, Any] = field(default_factory=dict)
    worker: str = ""
    detail: str = ""
    end: Reason | None = None
    finished: bool = False


@transaction.atomic
def take_report(call: Call, report: Report) -> None:
    """Write what a worker reports of a call, also after its end. Items that are known stay as they are."""
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
            hang_up(call, report.end)  # on commit, and so before the report is answered
    tell_report(call.pk)


@transaction.atomic
def tell_report(call_id: UUID) -> bool:
    """Send the report of a conversation to webhooks, once: when the call is over, its worker has said all, and the
    analysis that its agent asks for is there; a worker or a language model that takes long is not waited for.
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
    """Send the reports whose time has come and that nothing else sent; return how many."""
    waiting = Conversation.objects.filter(told_at=None, call__status__in=ENDED).order_by("started_at")
    return sum(tell_report(call_id) for call_id in waiting.values_list("pk", flat=True)[:most])
