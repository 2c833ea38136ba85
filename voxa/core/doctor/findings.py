"""Findings of checks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")

MOST = 20  # findings of one kind that are listed one by one


class Severity(StrEnum):
    """An error affects calls or hides such an error. A warning will affect them or is a risk."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem and its remedy. `page` is the path of an admin page; `workspace` is a slug.

    It has no secrets. `code` is stable between releases.
    """

    code: str
    what: str
    remedy: str
    severity: Severity = Severity.ERROR
    page: str = ""
    workspace: str = ""


def some(rows: Iterable[T], tell: Callable[[T], Finding], total: int, rest: Finding) -> Iterator[Finding]:
    """Report the first rows one by one, and the number of others as `{more}` in `rest.what`."""
    told = 0
    for row in rows:
        yield tell(row)
        told += 1
    if total > told:
        words = rest.what.replace("{more}", f"{total - told:,}")
        yield Finding(rest.code, words, rest.remedy, rest.severity, rest.page, rest.workspace)


def names(values: Iterable[object], total: int, most: int = 3) -> str:
    """Return the first of many: `a, b, c and 4 more`."""
    shown = [str(value) for _, value in zip(range(most), values, strict=False)]
    more = total - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")
