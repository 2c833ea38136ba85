"""Phone numbers: adding, moving and removing. The database alone decides who gets a number."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Workspace
from accounts.services.history import insert_recorded
from telephony.models import Agent, PhoneNumber, TelephonySettings, Trunk
from telephony.services.errors import Problems, conflicts_named
from telephony.services.rows import assign
from voxa.core.phone_numbers import or_none

MAX_NUMBERS = 1_000  # in one request
FIELDS = ("number", "trunk", "agent", "transfer_trunk", "label")
_CHECKED = ("number", "label")


def create_number(workspace: Workspace, data: Mapping[str, Any], *, problems: Problems | None = None) -> PhoneNumber:
    """Attach a number to a trunk; `data` holds `number`, `trunk`, and may hold `agent`, `transfer_trunk`, `label`.

    Raises ValidationError with every wrong field, also for rows of another workspace, and Conflict when the number is
    taken (`number_taken`, which does not tell by whom).
    """
    problems = Problems() if problems is None else problems
    row = PhoneNumber(workspace=workspace)
    assign(row, data, [name for name in FIELDS if data.get(name) is not None])
    _check(row, problems)
    problems.raise_any()
    with conflicts_named():
        _hold_project(workspace.pk)
        row.save(force_insert=True)
    return row


def add_number(
    trunk: Trunk,
    number: str,
    *,
    agent: Agent | None = None,
    transfer_trunk: Trunk | None = None,
    label: str = "",
) -> PhoneNumber:
    """Attach a number to a trunk. Raises as `create_number`."""
    data = {"trunk": trunk, "number": number, "agent": agent, "transfer_trunk": transfer_trunk, "label": label}
    return create_number(trunk.workspace, data)


def update_number(row: PhoneNumber, data: Mapping[str, Any], *, problems: Problems | None = None) -> PhoneNumber:
    """Change what `data` names of a number; a new `trunk` of the own workspace moves it there. Give the fresh row.

    Raises PhoneNumber.DoesNotExist if it was deleted meanwhile, ValidationError and Conflict as `add_number`.
    """
    problems = Problems() if problems is None else problems
    with conflicts_named():
        _hold_trunks(row.trunk_id, getattr(data.get("trunk"), "pk", None))
        row = PhoneNumber.objects.select_for_update(no_key=True, of=("self",)).select_related("trunk").get(pk=row.pk)
        changed = assign(row, data, FIELDS)
        _check(row, problems)
        problems.raise_any()
        if changed:
            row.save(update_fields=changed)
    return row


def remove_number(row: PhoneNumber) -> None:
    """Take a number off its trunk."""
    with transaction.atomic():
        _hold_trunks(row.trunk_id)
        row.delete()


def build_numbers(trunk: Trunk, numbers: Sequence[str], problems: Problems) -> list[PhoneNumber]:
    """Return unsaved numbers of a trunk; what is wrong is noted as `numbers[0]`."""
    if len(numbers) > MAX_NUMBERS:
        problems.add("numbers", f"Give at most {MAX_NUMBERS} numbers at once.", "max_length")
        return []
    rows = [PhoneNumber(trunk=trunk, workspace=trunk.workspace, number=number) for number in numbers]
    seen: set[str] = set()
    for place, row in enumerate(rows):
        found = Problems()
        found.check(row, _CHECKED)
        for errors in found.values():
            problems.setdefault(f"numbers[{place}]", errors)
        if row.number in seen:
            problems.add(f"numbers[{place}]", "This number stands in the list twice.", "duplicate")
        seen.add(row.number)
    return rows


def taken(workspace: Workspace, numbers: Sequence[str]) -> list[str]:
    """Return those of the numbers that are in use in the workspace's LiveKit project, whoever has them."""
    project = TelephonySettings.of(workspace.pk).project
    plain = [or_none(number, workspace.country) or number for number in numbers]
    found = PhoneNumber.objects.filter(project=project, number__in=plain)
    return sorted(found.values_list("number", flat=True))


def insert_numbers(rows: list[PhoneNumber]) -> None:
    """Insert new numbers of one trunk. Call in a transaction."""
    if not rows:
        return
    _hold_project(rows[0].workspace_id)
    project = TelephonySettings.of(rows[0].workspace_id).project
    for row in rows:
        row.project = project
    insert_recorded(rows)


def _hold_trunks(*ids: UUID | None) -> None:
    """Lock trunks before their numbers, and always in one order: so a move and a deletion cannot block each other."""
    trunks = Trunk.objects.select_for_update(no_key=True).filter(pk__in=[pk for pk in ids if pk])
    list(trunks.order_by("pk").values_list("pk"))


def _hold_project(workspace_id: UUID) -> None:
    """Lock the choice of the LiveKit project, so that no number is added to one that the workspace is leaving."""
    chosen = TelephonySettings.objects.select_for_update(no_key=True).filter(pk=workspace_id)
    list(chosen.values_list("pk"))


def _check(row: PhoneNumber, problems: Problems) -> None:
    trunk: Trunk | None = row.trunk if row.trunk_id else None
    if trunk is None:
        problems.add("trunk", "Choose the trunk that carries it.", "required")
    elif trunk.workspace_id != row.workspace_id:
        problems.add("trunk", "Choose one from the same workspace.", "foreign")
    problems.check(row, _CHECKED)
