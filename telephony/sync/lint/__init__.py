"""What stands in LiveKit and defeats ours: open doors, taken numbers, rules that block others. Pure."""

from telephony.sync.lint import rules, trunks
from telephony.sync.lint.harm import Harm, Standing

__all__ = ["Harm", "Standing", "lint"]


def lint(standing: Standing) -> list[Harm]:
    """Return every harm, the gravest first."""
    return sorted([*rules.look(standing), *trunks.look(standing)], key=lambda harm: (not harm.grave, harm.code))
