"""Transfer a call to the target that its endpoint chose, as soon as it is answered."""

from django.utils import timezone

from calls.choices import CallStatus, EventType, TransferMode
from calls.livekit.ingest import settle
from calls.livekit.room_monitor import seen
from calls.models import Call, Reception, Transfer
from calls.services.timeline import note
from calls.services.tools import Done
from calls.transfers.by_agent import carry
from telephony.livekit import client_for
from telephony.livekit.rooms import participants


def transfer_first(call: Call) -> Done | Transfer:
    """Transfer a call; return the outcome, or the transfer while in progress. Raise `LiveKitError` on failure."""
    reception = Reception.objects.filter(call=call).first()
    if reception is None or not reception.transfer:
        return Done(False, "The call has no target to be transferred to.")
    if call.status == CallStatus.RINGING:  # the worker knows of the answer before LiveKit's event is here
        settle(call.project, call.room_name, seen(client_for(call.project).run(participants(call.room_name))))
        call.refresh_from_db()
    wanted = reception.transfer
    done = carry(call, wanted["to"], TransferMode(wanted["mode"]), wanted["headers"])
    if isinstance(done, Done) and not done.ok and not Transfer.objects.filter(call=call).exists():
        note(call, EventType.TRANSFER_FAILED, timezone.now(), message=done.result)  # refused, so nothing was requested
    return done
