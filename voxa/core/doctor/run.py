"""Asking all checks side by side, each for a bounded time. A check that breaks is a finding."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from django.db import DatabaseError

from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Check, Group, Scope
from voxa.core.doctor.side_by_side import side_by_side

logger = logging.getLogger(__name__)

LIMIT = 30.0  # seconds for one check

OnDone = Callable[[Check], None]


@dataclass
class Examined:
    """One group: what was found, and why it was not looked at where it was not."""

    group: Group
    findings: list[Finding] = field(default_factory=list)
    skipped: str = ""

    @property
    def status(self) -> str:
        """Return `ok`, `warning`, `error` or `skipped`."""
        severities = {finding.severity for finding in self.findings}
        if Severity.ERROR in severities:
            return "error"
        return "warning" if severities else "skipped" if self.skipped else "ok"


def ask(
    checks: Sequence[Check], scope: Scope, on_done: OnDone = lambda check: None, limit: float = LIMIT
) -> list[Finding]:
    """Ask checks side by side; return what they found in their order. Wait `limit` seconds at most for each."""
    found: dict[int, list[Finding]] = {}
    for place, findings in side_by_side([partial(_answer, check, scope) for check in checks], limit):
        found[place] = findings
        on_done(checks[place])
    late = {place: [_late(check, limit)] for place, check in enumerate(checks) if place not in found}
    return [finding for _, findings in sorted((found | late).items()) for finding in findings]


def grouped(
    checks: Iterable[Check], findings: Iterable[Finding], *, network: bool = True, database: bool = True
) -> list[Examined]:
    """Put findings under the groups of the checks, in order; a code begins with its group.

    Without network or database a group says what of it was not looked at: nobody shall take it for well.
    """
    known = list(checks)
    groups = {group: Examined(group) for group in Group if group in {check.group for check in known}}
    for check in known:
        if check.needs_database and not database:
            groups[check.group].skipped = "not looked at: the database comes first"
        elif check.asks_network and not network:
            groups[check.group].skipped = "nobody was asked over the network"
    for finding in findings:
        groups[Group(finding.code.partition(".")[0])].findings.append(finding)
    for examined in groups.values():
        examined.findings.sort(key=lambda finding: finding.severity is not Severity.ERROR)
    return list(groups.values())


def _answer(check: Check, scope: Scope) -> list[Finding]:
    try:
        return list(check.look(scope))
    except DatabaseError as error:
        return [_broken(check, error, "Look at the database: its log, its disk, its connections.")]
    except Exception as error:  # whatever it is, the other checks are of use
        return [_broken(check, error, "Run it again with --verbosity 2, which shows where.")]


def _broken(check: Check, error: Exception, remedy: str) -> Finding:
    """Name the error by its type alone: its text may hold anything."""
    logger.warning("The check of %s broke.", check.group, exc_info=error)
    what = f"{check.group.heading} could not be looked at: {type(error).__name__}."
    return Finding(f"{check.group}.unfinished", what, remedy)


def _late(check: Check, limit: float) -> Finding:
    what = f"{check.group.heading} could not be looked at within {limit:g} s."
    return Finding(
        f"{check.group}.unfinished", what, "Look at what it asks: the database, the broker or LiveKit hangs."
    )
