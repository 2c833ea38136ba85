"""A call's row, read again or locked, by statements that are made once."""

from uuid import UUID

from calls.models import Call
from voxa.core.statements import Fixed

_row = Fixed(lambda pk: Call.objects.filter(pk=pk).order_by(), UUID)
_locked_row = Fixed(lambda pk: Call.objects.select_for_update().filter(pk=pk).order_by(), UUID)


def refresh(call: Call) -> None:
    """Read the call's columns again. Unlike `refresh_from_db`, keep related rows whose id is the same."""
    copy_columns(_found(_row.only(call.pk)), call)


def lock(pk: UUID) -> Call:
    """Lock and return a call in the caller's transaction."""
    return _found(_locked_row.only(pk))


def copy_columns(fresh: Call, call: Call) -> None:
    """Set on a call what was read of it just now."""
    for field in Call._meta.concrete_fields:
        setattr(call, field.attname, getattr(fresh, field.attname))  # forgets a related row of another id
    vars(call).pop("_prefetched_objects_cache", None)


def _found(call: Call | None) -> Call:
    if call is None:
        raise Call.DoesNotExist
    return call
