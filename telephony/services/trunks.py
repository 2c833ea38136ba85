"""Create, change and delete trunks, each in one transaction. A signal starts the sync."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Workspace
from accounts.services.history import insert_recorded
from telephony import queued_calls
from telephony.models import Gateway, Trunk
from telephony.selectors import locked_in_full
from telephony.services.errors import Problems, conflicts_named
from telephony.services.gateway_checks import forget
from telephony.services.gateways import build_gateways, leads_elsewhere, replace_gateways
from telephony.services.numbers import build_numbers, insert_numbers
from telephony.services.presets import with_changed_preset, with_preset
from telephony.services.rows import assign
from telephony.sync.kinds import TRUNKS
from telephony.sync.request import mark_changed, objects_asked, request_sync
from telephony.sync.rows import gateway_row, trunk_row
from telephony.sync.warnings import trunk_warnings
from telephony.trunk_parts import forget_parts, parts_of
from voxa.core.deletion import delete_row, dependents_asked
from voxa.core.destinations import GIVEN_FOR_ANOTHER
from voxa.core.statements import Fixed, read_ahead, read_once, together

# What whoever creates or changes a trunk may name: every column that is not `editable=False`.
FIELDS = tuple(field.name for field in Trunk._meta.concrete_fields if field.editable and field.name != "workspace")
# What the carrier sees: a change makes what is known of it stale.
OF_THE_CARRIER = set(FIELDS) - {
    "name",
    "ringing_timeout_seconds",
    "country",
    "calls_per_second",
    "max_concurrent_calls",
}
GIVE_AGAIN = "The stored password belongs to other gateways. Enter it again, or clear it with the username."


def create_trunk(workspace: Workspace, data: Mapping[str, Any], *, problems: Problems | None = None) -> Trunk:
    """Create a trunk with its gateways and, if named, its numbers.

    `data` has model field names, `gateways` (a list of such dicts, at least one) and `numbers` (E.164 texts);
    the values have their fields' types. `problems` are errors of the caller, raised with those found here.
    Raise `ValidationError` with every wrong field, and `Conflict` if a number is taken.
    """
    return create_with_gateways(workspace, data, problems=problems)[0]


def create_with_gateways(
    workspace: Workspace, data: Mapping[str, Any], *, problems: Problems | None = None
) -> tuple[Trunk, list[Gateway]]:
    """Create a trunk as `create_trunk`, and return its gateways too, to save a query."""
    problems = Problems() if problems is None else problems
    data = with_preset(data, problems)
    trunk = Trunk(workspace=workspace)
    assign(trunk, _whole_credentials(data), FIELDS)
    problems.check(trunk, FIELDS)
    gateways = build_gateways(trunk, data.get("gateways") or [], problems)
    numbers = build_numbers(trunk, data.get("numbers") or [], problems)
    problems.raise_any()
    trunk.warnings = _warnings(trunk, gateways, [number.number for number in numbers])
    with conflicts_named():
        trunk.save(force_insert=True)
        insert_recorded(gateways)
        insert_numbers(numbers)
    return trunk, gateways


@transaction.atomic
def update_trunk(trunk: Trunk, data: Mapping[str, Any], *, problems: Problems | None = None) -> Trunk:
    """Change the fields in `data` and provision again, even without a change. `gateways` replaces the list.

    The trunk that is returned `has_parts` unless its gateways changed.

    A password that is not in `data` is kept, unless it would go to another host, or no longer by TLS: then it is
    required again. Username and password are a pair: either of them alone and empty
    (None or "") clears both. Raise `Trunk.DoesNotExist` if it was deleted, `ValidationError` as `create_trunk`.
    """
    problems = Problems() if problems is None else problems
    pk = trunk.pk
    found, gateways_now = together((locked_in_full, (trunk.workspace_id, pk)), (_gateways, (pk,)))
    trunk = _only(found)
    data = with_changed_preset(trunk, data)
    changed = assign(trunk, _whole_credentials(data), FIELDS)
    problems.check(trunk, FIELDS)
    gateways = build_gateways(trunk, data["gateways"] or [], problems) if "gateways" in data else None
    if trunk.auth_password and not data.get("auth_password") and leads_elsewhere(gateways_now, gateways or ()):
        problems.add("auth_password", GIVE_AGAIN, GIVEN_FOR_ANOTHER)
    problems.raise_any()
    first_numbers = [number.number for number in parts_of(trunk).numbers[:1]]
    replaced = gateways is not None and replace_gateways(trunk, gateways)
    if replaced:
        forget_parts(trunk)
    if replaced or OF_THE_CARRIER.intersection(changed):
        forget(trunk.pk)
    if replaced or changed:
        trunk.warnings = _warnings(trunk, _gateways(pk) if replaced else gateways_now, first_numbers)
    if changed:
        trunk.save_locked(update_fields=[*changed, *mark_changed(trunk), "warnings", "updated_at"])
    elif replaced:
        Trunk.objects.filter(pk=trunk.pk).update(warnings=trunk.warnings, updated_at=timezone.now())
    else:
        request_sync(trunk.pk)  # signals request it for a row that is written
    return trunk


_lock = Fixed(
    lambda workspace, pk: Trunk.objects.select_for_update(no_key=True).filter(workspace=workspace, pk=pk).order_by(),
    UUID,
    UUID,
)
_lock_for_good = Fixed(
    lambda workspace, pk: (
        Trunk.objects.select_for_update().filter(workspace=workspace, pk=pk).defer("auth_password").order_by()
    ),
    UUID,
    UUID,
    shared=True,
)
_gateways = Fixed(lambda trunk: Gateway.objects.filter(trunk=trunk), UUID)


def _locked(trunk: Trunk) -> Trunk:
    """Return a trunk of the workspace, whose row the transaction holds. Raise `Trunk.DoesNotExist`."""
    return _only(_lock(trunk.workspace_id, trunk.pk))


def _only(found: list[Trunk]) -> Trunk:
    if not found:
        raise Trunk.DoesNotExist
    return found[0]


@transaction.atomic
def provision_trunk(trunk: Trunk) -> None:
    """Sync a trunk again, even after a permanent failure."""
    request_sync(trunk.pk)


@transaction.atomic
def pause_calls(trunk: Trunk) -> Trunk:
    """Keep new outbound calls over a trunk in the queue; inbound calls and calls in progress go on."""
    row = _locked(trunk)
    if row.paused_at is None:
        row.paused_at = timezone.now()
        row.save(update_fields=["paused_at", "updated_at"])
    return row


@transaction.atomic
def resume_calls(trunk: Trunk) -> Trunk:
    """Dial the calls over a trunk again, oldest first."""
    row = _locked(trunk)
    if row.paused_at is not None:
        row.paused_at = None
        row.save(update_fields=["paused_at", "updated_at"])
    queued_calls.resume(row.pk)
    return row


@transaction.atomic
@read_once()
def delete_trunk(trunk: Trunk) -> bool:
    """Delete a trunk with its gateways and numbers; return whether its workspace had it.

    Its LiveKit objects stay recorded until they are deleted there.
    """
    lock = (_lock_for_good, (trunk.workspace_id, trunk.pk))
    read_ahead(lock, (objects_asked(TRUNKS), (trunk.pk,)), *dependents_asked(Trunk, trunk.pk))
    found = _lock_for_good(trunk.workspace_id, trunk.pk)
    for locked in found:
        delete_row(locked)
    return bool(found)


def _warnings(trunk: Trunk, gateways: Iterable[Gateway], numbers: Iterable[str]) -> list[str]:
    """Return the warnings of the next sync, for the response to a change."""
    no_matter = trunk.workspace_id  # the project does not affect warnings
    row = trunk_row(trunk, no_matter, map(gateway_row, gateways), numbers)
    return list(dict.fromkeys(trunk_warnings(row)))


def _whole_credentials(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the data with an empty username as "" and an empty password as None; an empty one clears both."""
    empty = {"auth_username": "", "auth_password": None}
    named = {name: data[name] or nothing for name, nothing in empty.items() if name in data}
    return {**data, **(named if len(named) != 1 or any(named.values()) else empty)}
