"""An agent hands its call over, to somebody that is named on it: a caller cannot talk it into any other number."""

from django.core.exceptions import ValidationError

from calls.choices import TransferMode
from calls.models import Call, Transfer
from calls.services.tools import Done, speaking
from calls.transfers.requests import failure_of, transfer_call
from voxa.core.errors import Conflict, ServiceError


def transfer_as_agent(call: Call, name: str) -> Done | Transfer:
    """Hand a call over by the name its agent knows; return what came of it, or the transfer where it goes on.

    Raises Conflict where the call is not in progress or its agent has no such name.
    """
    named = next((one for one in speaking(call).transfers if one["name"] == name), None)
    if named is None:
        raise Conflict("no_such_transfer", f"The agent may not hand calls over to {name}.", "name")
    try:
        mode = TransferMode(named.get("mode", TransferMode.COLD))
        transfer = transfer_call(call, named["to"], mode, named.get("transfer_headers", {}))
    except ValidationError as error:
        return Done(False, " ".join(error.messages))
    except ServiceError as error:
        return Done(False, error.message)
    return outcome_of(transfer) or transfer


def outcome_of(transfer: Transfer) -> Done | None:
    """Return what came of a transfer, for the agent; None while it goes on."""
    if transfer.is_open:
        return None
    error = failure_of(transfer)
    return Done(False, error.message) if error else Done(True, "The call is handed over.")
