"""How transfers end: recorded once, with what follows for the caller, the agent, the recording and the money."""

from contextlib import suppress
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.services.webhooks import emit
from calls.choices import OPEN_TRANSFERS, EventType, Reason, TransferMode, TransferStatus
from calls.dialer import spend
from calls.dialer.outcomes import Next, Outcome, outcome_of
from calls.livekit.ingest import settle
from calls.livekit.room_state import TRANSFER
from calls.models import Call, Transfer
from calls.presentation.payloads import transferred_json
from calls.recordings import recording as recordings
from calls.routing.policies import Refusal
from calls.services.hangup import ask_for_end
from calls.services.timeline import note
from telephony.livekit import (
    LiveKitClient,
    LiveKitError,
    LiveKitNotFound,
    LiveKitUnreached,
    SipRefused,
    client_for,
    rooms,
)
from voxa.core.errors import Conflict

NOT_KNOWN = "The outcome of the transfer is unknown. Check the call before you retry."


def settle_left_behind(transfer: Transfer) -> None:
    """Find the outcome of a transfer whose dispatcher stopped, from its room. Nobody is dialed again."""
    if transfer.mode == TransferMode.WARM:
        with suppress(LiveKitError):
            client = client_for(transfer.call.project)
            people = client.run(rooms.participants(transfer.call.room_name))
            if any(who.identity == TRANSFER and who.attributes.get("sip.callStatus") == "active" for who in people):
                completed(transfer, client)
                return
    finish(transfer, TransferStatus.UNKNOWN, "transfer_unknown", f"Its dispatcher stopped. {NOT_KNOWN}")


def completed(transfer: Transfer, client: LiveKitClient) -> None:
    """Record that the caller is connected to the third party, and remove our side from the call."""
    warm = transfer.mode == TransferMode.WARM
    with transaction.atomic():  # the third party costs from the moment that the transfer is completed
        if not finish(transfer, TransferStatus.COMPLETED):
            return
        if warm:
            Call.objects.filter(pk=transfer.call_id).update(third_party_since=timezone.now())
    if warm:
        _agents_leave(client, transfer.call)
    else:
        _let_go(transfer.call)


@transaction.atomic
def finish(
    transfer: Transfer,
    status: TransferStatus,
    code: str = "",
    words: str = "",
    sip_code: int | None = None,
    **data: Any,
) -> bool:
    """End a transfer once, with a timeline event; return whether this claim still held it.

    A failed one gives back its money, and the recording that was stopped for it resumes.
    """
    now = timezone.now()
    fields = {"status": status, "code": code, "message": words[:500], "sip_status_code": sip_code, "ended_at": now}
    if not write(transfer, **fields, lease_token=None, leased_until=None):
        return False
    if status == TransferStatus.FAILED:
        spend.give_back(transfer.call)
        if transfer.recording_stopped:
            recordings.resume(transfer.call)
    told = {} if status == TransferStatus.COMPLETED else {"message": words, "sipStatusCode": sip_code, **data}
    note(transfer.call, EventType.of(status), now, None, mode=transfer.mode, **told)
    emit(transfer.workspace_id, "call.transfer", partial(transferred_json, transfer))
    return True


def write(transfer: Transfer, **fields: Any) -> bool:
    """Write an open transfer, and return whether this claim still held it."""
    mine = Transfer.objects.filter(pk=transfer.pk, lease_token=transfer.lease_token, status__in=OPEN_TRANSFERS)
    if not mine.update(**fields):
        return False
    for name, value in fields.items():
        if name != "lease_token":
            setattr(transfer, name, value)
    return True


def refused(transfer: Transfer, refusal: Refusal) -> None:
    """Record that a policy stopped a transfer at the last moment."""
    message = f"The call was not transferred: {refusal.message} The caller keeps the agent."
    finish(transfer, TransferStatus.FAILED, "transfer_failed", message, reason=refusal.reason, message=refusal.message)


def failed(transfer: Transfer, error: LiveKitError, outcome: Outcome) -> None:
    why = why_failed(error)
    told: tuple[TransferStatus, str, str]
    if isinstance(error, LiveKitUnreached):
        told = (TransferStatus.FAILED, Reason.LIVEKIT_UNAVAILABLE, f"{error} The caller keeps the agent.")
    elif outcome.next is Next.LOOK:
        told = (TransferStatus.UNKNOWN, "transfer_unknown", f"{error} {NOT_KNOWN}")
    else:
        message = f"The call was not transferred: {why} The caller keeps the agent."
        told = (TransferStatus.FAILED, "transfer_failed", message)
    finish(transfer, *told, outcome.sip_code, reason=outcome.reason, message=why)


def why_failed(error: LiveKitError) -> str:
    if isinstance(error, SipRefused):
        return f"{outcome_of(error, rang=True).reason.label} ({error})."
    words = str(error)
    return words if words.endswith(".") else f"{words}."


def _let_go(call: Call) -> None:
    """End a call whose phone is connected elsewhere now."""
    try:
        ask_for_end(call, Reason.TRANSFERRED)
    except Conflict:
        settle(call.project, call.room_name)  # it left immediately, which was read as a hang-up


def _agents_leave(client: LiveKitClient, call: Call) -> None:
    with suppress(LiveKitError):  # an agent that stays is no reason to hang up on both
        for who in client.run(rooms.participants(call.room_name)):
            if who.is_agent:
                with suppress(LiveKitNotFound):
                    client.run(rooms.remove_participant(call.room_name, who.identity))
