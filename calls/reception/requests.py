"""The assistant request: an endpoint of the workspace is asked about an inbound call before its agent answers.

A background worker asks, once; the agent worker polls for its instructions meanwhile. After `LIMIT` in all the call
goes on with the stored agent, whatever is still on its way.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from calls.choices import ENDED, AskStatus, EventType, Reason
from calls.models import Call, Reception
from calls.reception.fallbacks import use_fallback
from calls.services.hangup import ask_for_end
from calls.services.timeline import note
from telephony.models import TelephonySettings
from telephony.models.answering import Answering
from voxa.core.errors import Conflict
from voxa.core.tasks import publish_on_commit

LIMIT = timedelta(seconds=2)
OPEN = (AskStatus.REQUESTED, AskStatus.UNDER_WAY)
NOT_ASKED = "No background worker asked the endpoint within 2 s. The call goes on with its stored agent."
NO_ANSWER = "The endpoint did not answer within 2 s. The call goes on with its stored agent."


def endpoint_of(call: Call) -> Answering | None:
    """Return the row that names the endpoint of a call: its number, else the workspace's settings."""
    if call.number is not None and call.number.assistant_request_url:
        return call.number
    found = TelephonySettings.of(call.workspace_id)
    return found if found.assistant_request_url else None


def begin(call: Call) -> bool:
    """Record that a new call's endpoint is to be asked, and send the task on commit; return False without one."""
    if endpoint_of(call) is None:
        return False
    Reception.objects.create(call=call, requested_at=timezone.now())
    publish_on_commit("calls.tasks.ask_endpoint", str(call.pk))
    return True


def is_waiting(call: Call) -> bool:
    """Return whether the answer is still awaited; otherwise refresh the call, which the answer may have changed."""
    reception = Reception.objects.filter(call=call).first()
    if reception is None:
        return False
    if reception.status in OPEN and not give_up(reception):
        return True
    call.refresh_from_db()
    return False


def give_up(reception: Reception) -> bool:
    """Stop waiting for an answer that is overdue; return False if it is not."""
    if timezone.now() < reception.requested_at + LIMIT:
        return False
    words = NOT_ASKED if reception.status == AskStatus.REQUESTED else NO_ANSWER
    finish(reception.call, EventType.ASSISTANT_FAILED, {"message": words, "seconds": LIMIT.total_seconds()})
    return True


def give_up_late() -> None:
    """Stop waiting for overdue answers that no agent worker polls for."""
    overdue = Reception.objects.filter(status__in=OPEN, requested_at__lt=timezone.now() - LIMIT)
    for reception in overdue.select_related("call")[:100]:
        give_up(reception)


@transaction.atomic
def finish(call: Call, kind: EventType, said: dict[str, Any], **changes: Any) -> bool:
    """Record the outcome once, with changes of the call; return False if it was recorded before.

    `transfer` and `refused` are outcomes beside the call's fields.
    """
    transfer, refused = changes.pop("transfer", {}), changes.pop("refused", False)
    if not Reception.objects.filter(call=call, status__in=OPEN).update(status=AskStatus.DONE, transfer=transfer):
        return False
    now = timezone.now()
    note(call, kind, now, **said)
    Call.objects.filter(pk=call.pk).exclude(status__in=ENDED).update(updated_at=now, **changes)
    call.refresh_from_db()
    if refused:
        _end(call, Reason.ASSISTANT_REFUSED)
    elif call.agent_id is None:
        end_without_agent(call)
    return True


def end_without_agent(call: Call) -> None:
    """Use the fallback, or end a call that nobody would answer, and for which the caller would pay."""
    if use_fallback(call, Reason.NO_AGENT):
        return
    words = "Assign an agent to the number, or create an inbound one."
    note(call, EventType.CALL_NO_AGENT, timezone.now(), message=words)
    _end(call, Reason.NO_AGENT)


def _end(call: Call, reason: Reason) -> None:
    with suppress(Conflict):  # it ended meanwhile
        ask_for_end(call, reason)
