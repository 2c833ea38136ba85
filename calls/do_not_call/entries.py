"""The do-not-call list: add and remove entries from the API, the admin and files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.models import ApiKey, User, Workspace
from calls.choices import ListedBy
from calls.models import DoNotCall
from calls.selectors import listed
from telephony.services.errors import Problems

CHUNK = 1_000
NOTE_LENGTH = 200


@dataclass(frozen=True)
class Origin:
    how: ListedBy = ListedBy.UNKNOWN
    person: User | None = None
    key: ApiKey | None = None


NOBODY = Origin()


@dataclass(frozen=True)
class Added:
    """Counts of the added and of the already listed numbers."""

    added: int
    known: int


def add_numbers(
    workspace: Workspace,
    numbers: Iterable[str],
    note: str = "",
    *,
    origin: Origin = NOBODY,
    problems: Problems | None = None,
) -> Added:
    """Add numbers to a workspace's list; listed numbers are not changed.

    Raise `ValidationError` with each invalid one as `numbers[3]`, and add none.
    """
    problems = Problems() if problems is None else problems
    notes: dict[str, str] = {}
    for place, text in enumerate(numbers):
        if number := problems.number(f"numbers[{place}]", text, workspace.country):
            notes[number] = note
    if len(note) > NOTE_LENGTH:
        problems.add("note", f"A note can have at most {NOTE_LENGTH} characters.", "max_length")
    problems.raise_any()
    return store(workspace, notes, origin)


def remove_number(workspace: Workspace, number: str) -> bool:
    """Remove a number, in any format; return whether it was listed. Raise `ValidationError` for an invalid number."""
    return bool(listed(DoNotCall.objects.filter(workspace=workspace), number, workspace.country).delete()[0])


def store(workspace: Workspace, notes: Mapping[str, str], origin: Origin) -> Added:
    """Add canonical numbers with their notes; listed numbers are not changed."""
    numbers, added = list(notes), 0
    who = {"listed_by": origin.how, "added_by": origin.person, "added_with": origin.key}
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        there = DoNotCall.objects.filter(workspace=workspace, number__in=chunk).values_list("number", flat=True)
        known = set(there)
        rows = [DoNotCall(workspace=workspace, number=one, note=notes[one], **who) for one in chunk if one not in known]
        DoNotCall.objects.bulk_create(rows, ignore_conflicts=True)
        added += len(rows)
    return Added(added, len(numbers) - added)
