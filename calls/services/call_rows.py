"""A call's row, read again, locked or moved, by statements that are made once."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from calls.models import Call
from calls.services.gathering import batched, gathered
from voxa.core.many_rows import update_rows
from voxa.core.statements import Fixed, FixedUpdate

_row = Fixed(lambda pk: Call.objects.filter(pk=pk).order_by(), UUID)
_locked_row = Fixed(lambda pk: Call.objects.select_for_update().filter(pk=pk).order_by(), UUID)


def refresh(call: Call) -> None:
    """Read the call's columns again. Unlike `refresh_from_db`, keep related rows whose id is the same."""
    work = gathered()
    if work is None or call.pk not in work.calls:
        copy_columns(_found(_row.only(call.pk)), call)
    else:
        copy_columns(work.calls[call.pk], call)


def lock(pk: UUID) -> Call:
    """Lock and return a call in the caller's transaction."""
    work = gathered()
    return work.calls[pk] if work and pk in work.calls else _found(_locked_row.only(pk))


def move(call: Call, before: Collection[str], values: Mapping[str, Any], **conditions: Any) -> bool:
    """Update a call that is in one of these states and meets the conditions, and refresh it; return whether it was."""
    work = gathered()
    if work is not None and call.pk in work.calls:
        return _move_locked(work.calls[call.pk], call, before, values, conditions)
    update = _update(tuple(sorted(before)), tuple(values), tuple(conditions))
    fresh = update.only(call.pk, *values.values(), *conditions.values())
    if fresh is None:
        return False
    copy_columns(fresh, call)
    return True


def _move_locked(
    fresh: Call, call: Call, before: Collection[str], values: Mapping[str, Any], conditions: Mapping[str, Any]
) -> bool:
    """Do the same with a row that a group has locked: nobody else changes it until the group has written it."""
    if fresh.status not in before or any(getattr(fresh, name) != asked for name, asked in conditions.items()):
        return False
    for name, value in values.items():
        setattr(fresh, name, value)
    batched(_write, (call.pk, values))
    copy_columns(fresh, call)
    return True


def _write(changes: list[tuple[UUID, Mapping[str, Any]]]) -> None:
    update_rows(Call, changes)


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


def _found(call: Call | None) -> Call:
    if call is None:
        raise Call.DoesNotExist
    return call
