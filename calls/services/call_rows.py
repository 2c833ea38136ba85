"""A call's row, read again, locked or moved, by statements that are made once."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from calls.models import Call
from calls.services.gathering import gathered
from voxa.core.statements import Fixed, FixedUpdate

_row = Fixed(lambda pk: Call.objects.filter(pk=pk).order_by(), UUID)
_locked_row = Fixed(lambda pk: Call.objects.select_for_update().filter(pk=pk).order_by(), UUID)


def refresh(call: Call) -> None:
    """Read the call's columns again. Unlike `refresh_from_db`, keep related rows whose id is the same."""
    _renew(_found(_row.only(call.pk)), call)


def lock(pk: UUID) -> Call:
    """Lock and return a call in the caller's transaction."""
    work = gathered()
    return work.calls[pk] if work and pk in work.calls else _found(_locked_row.only(pk))


def move(call: Call, before: Collection[str], values: Mapping[str, Any], **conditions: Any) -> bool:
    """Update a call that is in one of these states and meets the conditions, and refresh it; return whether it was."""
    update = _update(tuple(sorted(before)), tuple(values), tuple(conditions))
    fresh = update.only(call.pk, *values.values(), *conditions.values())
    if fresh is None:
        return False
    _renew(fresh, call)
    return True


@cache
def _update(before: tuple[str, ...], names: tuple[str, ...], conditions: tuple[str, ...]) -> FixedUpdate[Call]:
    def build(pk: Any, *args: Any) -> tuple[Any, dict[str, Any]]:
        values, asked = args[: len(names)], args[len(names) :]
        rows = Call.objects.filter(pk=pk, status__in=before, **dict(zip(conditions, asked, strict=True))).order_by()
        return rows, dict(zip(names, values, strict=True))

    return FixedUpdate(build, UUID, *[object] * (len(names) + len(conditions)))


def copy_columns(fresh: Call, call: Call) -> None:
    """Set on a call what was read of it just now."""
    for field in Call._meta.concrete_fields:
        setattr(call, field.attname, getattr(fresh, field.attname))  # forgets a related row of another id
    vars(call).pop("_prefetched_objects_cache", None)


def _renew(fresh: Call, call: Call) -> None:
    work = gathered()
    if work and call.pk in work.calls:
        work.calls[call.pk] = fresh
    copy_columns(fresh, call)


def _found(call: Call | None) -> Call:
    if call is None:
        raise Call.DoesNotExist
    return call
