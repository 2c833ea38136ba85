"""Add, move and remove phone numbers. A database constraint decides who gets a number."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Workspace
from accounts.services.history import insert_recorded
from telephony.models import Agent, PhoneNumber, TelephonySettings, Trunk
from telephony.models.telephony_settings import project_asked
from telephony.services import fallbacks
from telephony.services.errors import Problems, conflicts_named
from telephony.services.pinned import match_pin
from telephony.services.request_secrets import match_secret
from telephony.services.rows import assign
from voxa.core.phone_numbers import or_none
from voxa.core.statements import Asked, read_ahead, read_once

MAX_NUMBERS = 1_000  # per request
ANSWERING = ("assistant_request_url", "assistant_request_secret", *fallbacks.FIELDS)
FIELDS = ("number", "trunk", "agent", "agent_revision", "transfer_trunk", "label", *ANSWERING)
_CHECKED = ("number", "label", *ANSWERING)


def create_number(workspace: Workspace, data: Mapping[str, Any], *, problems: Problems | None = None) -> PhoneNumber:
    """Attach a number to a trunk; `data` has `number`, `trunk`, and optionally others of FIELDS.

    Raise `ValidationError` with every wrong field, also for rows of another workspace, and `Conflict` if the number is
    taken (`number_taken`, without its owner).
    """
    with adding(workspace):
        return new_number(workspace, data, Problems() if problems is None else problems)


@contextmanager
def adding(workspace: Workspace, *asked: Asked) -> Iterator[None]:
    """Run a transaction that adds a number. Read `asked` ahead.

    A shared lock keeps the workspace's choice of LiveKit project, so that no number is added to one that it leaves.
    Numbers are added side by side.
    """
    with conflicts_named(), read_once():
        read_ahead((project_asked, (workspace.pk,)), *asked)
        yield


def new_number(workspace: Workspace, data: Mapping[str, Any], problems: Problems) -> PhoneNumber:
    """Attach a number as `create_number` does, within `adding`."""
    row = PhoneNumber(workspace=workspace)
    given = assign(row, data, [name for name in FIELDS if data.get(name) is not None])
    match_pin(row, given, data, problems)
    match_secret(row, "", data, problems)
    fallbacks.check_fallback(row, workspace, given, problems)
    _check(row, problems)
    problems.raise_any()
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
    """Add a number to a trunk. Raise as `create_number`."""
    data = {"trunk": trunk, "number": number, "agent": agent, "transfer_trunk": transfer_trunk, "label": label}
    return create_number(trunk.workspace, data)


def update_number(row: PhoneNumber, data: Mapping[str, Any], *, problems: Problems | None = None) -> PhoneNumber:
    """Change the fields in `data` and return the fresh row. A new `trunk` of the workspace moves the number.

    Raise `PhoneNumber.DoesNotExist` if it was deleted, `ValidationError` and `Conflict` as `add_number`.
    """
    problems = Problems() if problems is None else problems
    with conflicts_named():
        hold_trunks(row.trunk_id, getattr(data.get("trunk"), "pk", None))
        row = PhoneNumber.objects.select_for_update(no_key=True, of=("self",)).select_related("trunk").get(pk=row.pk)
        before = row.assistant_request_url
        changed = assign(row, data, FIELDS)
        changed += match_pin(row, changed, data, problems)
        changed += match_secret(row, before, data, problems)
        changed += fallbacks.check_fallback(row, row.workspace, changed, problems)
        _check(row, problems)
        problems.raise_any()
        if changed:
            row.save(update_fields=changed)
    return row


def remove_number(row: PhoneNumber) -> None:
    """Remove a number from its trunk."""
    with transaction.atomic():
        hold_trunks(row.trunk_id)
        row.delete()


def build_numbers(trunk: Trunk, numbers: Sequence[str], problems: Problems) -> list[PhoneNumber]:
    """Return unsaved numbers of a trunk. Errors have paths such as `numbers[0]`."""
    if len(numbers) > MAX_NUMBERS:
        problems.add("numbers", f"Send at most {MAX_NUMBERS} numbers at once.", "max_length")
        return []
    rows = [PhoneNumber(trunk=trunk, workspace=trunk.workspace, number=number) for number in numbers]
    seen: set[str] = set()
    for place, row in enumerate(rows):
        found = Problems()
        found.check(row, _CHECKED)
        for errors in found.values():
            problems.setdefault(f"numbers[{place}]", errors)
        if row.number in seen:
            problems.add(f"numbers[{place}]", "This number is in the list twice.", "duplicate")
        seen.add(row.number)
    return rows


def taken(workspace: Workspace, numbers: Sequence[str]) -> list[str]:
    """Return the numbers that are in use in the workspace's LiveKit project, by any workspace."""
    project = TelephonySettings.of(workspace.pk).project
    plain = [or_none(number, workspace.country) or number for number in numbers]
    found = PhoneNumber.objects.filter(project=project, number__in=plain)
    return sorted(found.values_list("number", flat=True))


def insert_numbers(rows: list[PhoneNumber]) -> None:
    """Insert new numbers of one trunk. Call in a transaction."""
    if not rows:
        return
    project = TelephonySettings.project_of(rows[0].workspace_id)
    for row in rows:
        row.project_id = project
    insert_recorded(rows)


def hold_trunks(*ids: UUID | None) -> None:
    """Lock trunks before their numbers, always in the same order, so that a move and a deletion cannot deadlock."""
    trunks = Trunk.objects.select_for_update(no_key=True).filter(pk__in=[pk for pk in ids if pk])
    list(trunks.order_by("pk").values_list("pk"))


def _check(row: PhoneNumber, problems: Problems) -> None:
    trunk: Trunk | None = row.trunk if row.trunk_id else None
    if trunk is None:
        problems.add("trunk", "Choose the trunk of the number.", "required")
    elif trunk.workspace_id != row.workspace_id:
        problems.add("trunk", "Choose one from the same workspace.", "foreign")
    problems.check(row, _CHECKED)
