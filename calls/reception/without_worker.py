"""A caller whom no agent worker takes: without one, only a transfer is possible."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from calls.choices import OPEN_TRANSFERS, CallStatus, EventType, Reason, TransferMode, TransferStatus
from calls.models import Call, Reception, Transfer
from calls.reception.fallbacks import use_fallback
from calls.services.timeline import note
from calls.transfers.requests import request_transfer
from telephony.choices import Fallback
from voxa.core.errors import ServiceError


def transfer_instead(call: Call) -> bool:
    """Transfer a caller by the next fallback that is a transfer; return whether one is in progress."""
    if Transfer.objects.filter(call=call, status__in=(*OPEN_TRANSFERS, TransferStatus.COMPLETED)).exists():
        return True
    while use_fallback(call, Reason.AGENT_ABSENT, only=(Fallback.TRANSFER,)):
        wanted = Reception.objects.get(call=call).transfer
        # A call that rings has nobody to refer. The third party's audio answers it.
        mode = TransferMode.WARM if call.status == CallStatus.RINGING else TransferMode(wanted["mode"])
        try:
            request_transfer(call, wanted["to"], mode, ringing=True)
        except ValidationError as error:
            note(call, EventType.TRANSFER_FAILED, timezone.now(), message=" ".join(error.messages))
        except ServiceError as error:
            note(call, EventType.TRANSFER_FAILED, timezone.now(), message=error.message)
        else:
            return True
    return False
