"""The registry of checks, and their scope."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from voxa.core.doctor.findings import Finding


class Group(StrEnum):
    """Groups of checks, in report order."""

    SETTINGS = "settings"
    DATABASE = "database"
    PROCESSES = "processes"
    LIVEKIT = "livekit"
    TRUNKS = "trunks"
    GATEWAYS = "gateways"
    NUMBERS = "numbers"
    ENDPOINTS = "endpoints"
    AGENTS = "agents"
    CALLS = "calls"
    WEBHOOKS = "webhooks"
    KEYS = "keys"

    @property
    def heading(self) -> str:
        """Return its heading."""
        return {"livekit": "LiveKit", "endpoints": "SIP endpoints", "keys": "API keys"}.get(self, self.capitalize())


@dataclass(frozen=True)
class Scope:
    """The scope of a run: one workspace or all, and whether network checks are allowed."""

    workspace: Any = None  # core does not know what a workspace is
    network: bool = True

    def own(self, rows: QuerySet[Any], path: str = "workspace") -> QuerySet[Any]:
        """Filter for rows of the checked workspaces, without those that are being closed."""
        if self.workspace is not None:
            return rows.filter(**{path: self.workspace})
        return rows.filter(**{f"{path}__closed_at": None})


Look = Callable[[Scope], Iterable[Finding]]


@dataclass(frozen=True)
class Check:
    """A check function. It runs in its own thread, in parallel with others, with a database connection.

    It must limit its own waits: results after `run.LIMIT` are dropped. A network check respects
    `Scope.network`.
    """

    group: Group
    look: Look
    needs_database: bool = True
    asks_network: bool = False


_checks: list[Check] = []


def register(group: Group, look: Look, *, needs_database: bool = True, asks_network: bool = False) -> None:
    """Register a check of `check_telephony`."""
    check = Check(group, look, needs_database, asks_network)
    if check not in _checks:
        _checks.append(check)


def checks(groups: Iterable[Group] = Group) -> list[Check]:
    """Return the checks of these groups, in the order of the groups."""
    wanted = set(groups)
    return [check for group in Group if group in wanted for check in _checks if check.group is group]
