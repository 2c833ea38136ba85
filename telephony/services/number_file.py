"""Preview and import a file of a workspace's numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Workspace
from telephony.models import Agent, PhoneNumber, TelephonySettings, Trunk
from telephony.services.errors import Conflict
from telephony.services.numbers import create_number
from voxa.core.imports.errors import CellError
from voxa.core.imports.report import Report, report
from voxa.core.imports.sheet import Entry, Shape, Sheet, read_sheet

SHAPE = Shape({"label": 100, "agent": 100, "trunk": 100, "transfer_trunk": 100}, unnamed=("label",))
MOST_ROWS = 2_000
CHUNK = 500


@dataclass(frozen=True)
class Defaults:
    """The trunk and agent, by name or id, of rows that name none."""

    trunk: str = ""
    agent: str = ""


@dataclass
class Found:
    """A workspace's trunks and agents, by id and by name."""

    workspace: Workspace
    rows: dict[str, dict[str, list[Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        trunks = Trunk.objects.filter(workspace=self.workspace).defer("auth_password")
        agents = Agent.objects.filter(workspace=self.workspace).defer("provider_key")
        self.rows = {"trunk": _by_name(trunks), "agent": _by_name(agents)}

    def find(self, kind: str, text: str) -> Any:
        """Return the row of a name or id, None for "". Raise `CellError` if there is none or several."""
        if not text:
            return None
        found = self.rows[kind].get(text.casefold(), [])
        if not found:
            raise CellError(
                f"unknown_{kind}", f"{kind.capitalize()} “{text}” does not exist in {self.workspace}. Correct the name."
            )
        if len(found) > 1:
            raise CellError(f"ambiguous_{kind}", f"Several {kind}s have the name “{text}”. Enter the id instead.")
        return found[0]


def check_file(workspace: Workspace, data: bytes, defaults: Defaults) -> Report:
    """Return the report of an import without changing anything. Raise `FileError` if the file is not a list."""
    return _check(workspace, data, defaults)[0]


@transaction.atomic
def import_file(workspace: Workspace, data: bytes, defaults: Defaults, *, valid_rows_only: bool = False) -> Report:
    """Add the numbers of a file: all of them or, if a row fails, none, unless `valid_rows_only`.

    `failed` of the report tells which. Raise `FileError` if the file is not a list.
    """
    found, rows = _check(workspace, data, defaults)
    if found.failed and not valid_rows_only:
        return found
    reasons: dict[int, CellError] = {}
    for entry in found.new:
        try:
            create_number(workspace, rows[entry.number])
        except (Conflict, ValidationError) as error:  # taken in the meantime
            reasons[entry.line] = CellError("refused", _words(error))
    if reasons and not valid_rows_only:
        transaction.set_rollback(True)
    return report(found.sheet.failing(reasons), _known(workspace, found.sheet) - {one.number for one in found.new})


def _check(workspace: Workspace, data: bytes, defaults: Defaults) -> tuple[Report, dict[str, dict[str, Any]]]:
    sheet = read_sheet(data, SHAPE, workspace.country, MOST_ROWS)
    found, taken = Found(workspace), _taken(workspace, sheet)
    rows: dict[str, dict[str, Any]] = {}
    reasons: dict[int, CellError] = {}
    for entry in sheet.entries:
        try:
            if entry.number in taken:
                raise CellError("number_taken", "This number is already in use on this LiveKit server.")
            rows.setdefault(entry.number, _values(found, entry, defaults))
        except CellError as error:
            reasons[entry.line] = error
    sheet = sheet.failing(reasons)
    return report(sheet, _known(workspace, sheet)), rows


def _values(found: Found, entry: Entry, defaults: Defaults) -> dict[str, Any]:
    """Return the fields of a number."""
    named: Mapping[str, str] = entry.values
    trunk = found.find("trunk", named.get("trunk", "") or defaults.trunk)
    if trunk is None:
        raise CellError("required", "The row has no trunk. Add a column “trunk”, or select one for all rows.")
    return {
        "number": entry.number,
        "trunk": trunk,
        "agent": found.find("agent", named.get("agent", "") or defaults.agent),
        "transfer_trunk": found.find("trunk", named.get("transfer_trunk", "")),
        "label": named.get("label", ""),
    }


def _by_name(rows: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.name.casefold(), []).append(row)
        found[str(row.pk)] = [row]
    return found


def _known(workspace: Workspace, sheet: Sheet) -> set[str]:
    """Return the numbers that the workspace already has."""
    return _stored(sheet, workspace=workspace)


def _taken(workspace: Workspace, sheet: Sheet) -> set[str]:
    """Return the numbers that another workspace has on the same LiveKit project."""
    project = TelephonySettings.of(workspace.pk).project
    return _stored(sheet, project=project) - _stored(sheet, workspace=workspace)


def _stored(sheet: Sheet, **scope: Any) -> set[str]:
    numbers: Sequence[str] = sorted({entry.number for entry in sheet.entries})
    found = set[str]()
    for start in range(0, len(numbers), CHUNK):
        rows = PhoneNumber.objects.filter(number__in=numbers[start : start + CHUNK], **scope)
        found |= set(rows.values_list("number", flat=True))
    return found


def _words(error: Conflict | ValidationError) -> str:
    return error.message if isinstance(error, Conflict) else " ".join(error.messages)
