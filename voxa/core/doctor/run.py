"""Run all checks in parallel with a time limit. A failing check is a finding."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from django.db import DatabaseError

from voxa.core.doctor.database import UNUSABLE
from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Check, Group, Scope, checks
from voxa.core.doctor.side_by_side import side_by_side

logger = logging.getLogger(__name__)

LIMIT = 30.0  # seconds for one check

OnDone = Callable[[Check], None]


@dataclass
class Examined:
    """One group: its findings, and why it was skipped, if it was."""

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
    """Run checks in parallel; return their findings in order. Wait at most `limit` seconds for each."""
    found: dict[int, list[Finding]] = {}
    for place, findings in side_by_side([partial(_answer, check, scope) for check in checks], limit):
        found[place] = findings
        on_done(checks[place])
    late = {place: [_late(check, limit)] for place, check in enumerate(checks) if place not in found}
    return [finding for _, findings in sorted((found | late).items()) for finding in findings]


def examine(
    chosen: Sequence[Check],
    scope: Callable[[], Scope],
    *,
    network: bool = True,
    on_done: OnDone = lambda check: None,
) -> list[Examined]:
    """Run the checks without a database first; if the database works, run the others on `scope`."""
    database = checks([Group.DATABASE])
    first = [check for check in chosen if not check.needs_database and check.group is not Group.DATABASE] + database
    rest = [check for check in chosen if check.needs_database]
    findings = ask(first, Scope(network=network), on_done)
    usable = not UNUSABLE & {finding.code for finding in findings}
    if usable:
        findings += ask(rest, scope(), on_done)
    named = {check.group for check in chosen}
    groups = grouped([*first, *rest], findings, network=network, database=usable)
    return [one for one in groups if one.group in named or one.status == "error"]


def grouped(
    checks: Iterable[Check], findings: Iterable[Finding], *, network: bool = True, database: bool = True
) -> list[Examined]:
    """Group the findings in order of the checks. A code starts with its group.

    Without network or database, a group states that it was skipped, so that it does not look healthy.
    """
    known = list(checks)
    groups = {group: Examined(group) for group in Group if group in {check.group for check in known}}
    for check in known:
        if check.needs_database and not database:
            groups[check.group].skipped = "skipped: fix the database first"
        elif check.asks_network and not network:
            groups[check.group].skipped = "network checks skipped"
    for finding in findings:
        groups[Group(finding.code.partition(".")[0])].findings.append(finding)
    for examined in groups.values():
        examined.findings.sort(key=lambda finding: finding.severity is not Severity.ERROR)
    return list(groups.values())


def _answer(check: Check, scope: Scope) -> list[Finding]:
    try:
        return list(check.look(scope))
    except DatabaseError as error:
        return [_broken(check, error, "Check the database: its log, disk and connections.")]
    except Exception as error:  # the other checks are still useful
        return [_broken(check, error, "Run it again with --verbosity 2 to see the traceback.")]


def _broken(check: Check, error: Exception, remedy: str) -> Finding:
    """Return the type of the error only: its text may contain secrets."""
    logger.warning("The check of %s broke.", check.group, exc_info=error)
    what = f"{check.group.heading} could not be checked: {type(error).__name__}."
    return Finding(f"{check.group}.unfinished", what, remedy)


def _late(check: Check, limit: float) -> Finding:
    what = f"{check.group.heading} could not be checked within {limit:g} s."
    return Finding(f"{check.group}.unfinished", what, "Check the database, the broker and LiveKit: one of them hangs.")
