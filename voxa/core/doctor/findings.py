"""What a check found, in words for a person."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")

MOST = 20  # findings of one kind that are told one by one


class Severity(StrEnum):
    """An error hurts calls, or hides what does; a warning will, or is a risk."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and what to do about it. `page` is the admin page's path; `workspace` the slug of whose it is.

    Nothing in it is a secret. `code` stays the same from release to release.
    """

    code: str
    what: str
    remedy: str
    severity: Severity = Severity.ERROR
    page: str = ""
    workspace: str = ""


def some(rows: Iterable[T], tell: Callable[[T], Finding], total: int, rest: Finding) -> Iterator[Finding]:
    """Report the first rows one by one, and how many more there are: `{more}` in `rest.what`."""
    told = 0
    for row in rows:
        yield tell(row)
        told += 1
    if total > told:
        words = rest.what.replace("{more}", f"{total - told:,}")
        yield Finding(rest.code, words, rest.remedy, rest.severity, rest.page, rest.workspace)


def names(values: Iterable[object], total: int, most: int = 3) -> str:
    """Write the first of many: `a, b, c and 4 more`."""
    shown = [str(value) for _, value in zip(range(most), values, strict=False)]
    more = total - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")
