"""Find foreign LiveKit objects that override ours: open trunks, taken numbers, blocking rules. Pure."""

from telephony.sync.lint import rules, trunks
from telephony.sync.lint.findings import LintFinding, Snapshot

__all__ = ["LintFinding", "Snapshot", "lint"]


def lint(snapshot: Snapshot) -> list[LintFinding]:
    """Return every finding, the most severe first."""
    return sorted(
        [*rules.look(snapshot), *trunks.look(snapshot)], key=lambda finding: (not finding.grave, finding.code)
    )
