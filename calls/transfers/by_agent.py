"""Transfer by the agent, to one of its named targets only: a caller cannot talk it into another number."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError

from calls.choices import TransferMode
from calls.models import Call, Transfer
from calls.services.tools import Done, speaking
from calls.transfers.requests import failure_of, transfer_call
from voxa.core.errors import Conflict, ServiceError


def transfer_as_agent(call: Call, name: str) -> Done | Transfer:
    """Transfer a call to one of its agent's named targets; return the outcome, or the transfer while in progress.

    Raise `Conflict` if the call is not in progress or its agent has no such target.
    """
    named = next((one for one in speaking(call).transfers if one["name"] == name), None)
    if named is None:
        raise Conflict("no_such_transfer", f"The agent has no transfer target {name}.", "name")
    mode = TransferMode(named.get("mode", TransferMode.COLD))
    return carry(call, named["to"], mode, named.get("transfer_headers", {}))


def carry(call: Call, to: str, mode: TransferMode, headers: Mapping[str, str]) -> Done | Transfer:
    """Transfer a call; return the outcome for its agent, or the transfer while in progress."""
    try:
        transfer = transfer_call(call, to, mode, headers)
    except ValidationError as error:
        return Done(False, " ".join(error.messages))
    except ServiceError as error:
        return Done(False, error.message)
    return outcome_of(transfer) or transfer


def outcome_of(transfer: Transfer) -> Done | None:
    """Return the outcome of a transfer, for the agent; None while it is in progress."""
    if transfer.is_open:
        return None
    error = failure_of(transfer)
    return Done(False, error.message) if error else Done(True, "The call was transferred.")
