"""Find foreign LiveKit objects that override ours: open trunks, taken numbers, blocking rules. Pure."""

from telephony.sync.lint import rules, trunks
from telephony.sync.lint.harm import Harm, Standing

__all__ = ["Harm", "Standing", "lint"]


def lint(standing: Standing) -> list[Harm]:
    """Return every finding, the most severe first."""
    return sorted([*rules.look(standing), *trunks.look(standing)], key=lambda harm: (not harm.grave, harm.code))
