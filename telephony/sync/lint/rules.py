"""Lint dispatch rules: those that match calls of other trunks, or block other rules. Pure."""

from collections.abc import Iterator

from telephony.livekit.entrances import Rule
from telephony.livekit.matching import rank, rule_conflicts
from telephony.sync.lint.findings import LintFinding, Snapshot

OURS = "voxa."  # what the attributes that our rules set begin with

_TRUNK = "Set its trunks in LiveKit, or delete it there."
_DELETE = "Delete it in LiveKit."


def look(snapshot: Snapshot) -> Iterator[LintFinding]:
    """Return the findings of the rules."""
    trunk_ids = {trunk.id for trunk in snapshot.trunks}
    rows = {trunk.id: row for trunk in snapshot.trunks if (row := snapshot.row_of(trunk)) is not None}
    for rule in snapshot.rules:
        ours = snapshot.row_of(rule) is not None
        if not rule.kind:
            does = "is of a kind that this LiveKit cannot read: it refuses every call and every new rule"
            yield snapshot.finding(rule, "rule.unknown_kind", does, _DELETE, everyone=True)
            continue
        if not rule.trunk_ids:
            yield _any_trunk(snapshot, rule)
        elif not ours and (missing := [each for each in rule.trunk_ids if each not in trunk_ids]):
            # A rule of ours in this state is a difference, and the next reconcile mends it.
            which = "trunks that are" if len(missing) > 1 else "a trunk that is"
            rest = "" if len(missing) == len(set(rule.trunk_ids)) else " among others"
            does = f"names{rest} {which} gone: it takes no calls of it, and stands in the way of new rules"
            yield snapshot.finding(rule, "rule.trunk_gone", does, _DELETE, detail=", ".join(missing[:5]), grave=False)
        if not ours:
            yield from _on_our_trunks(snapshot, rule, {each: rows[each] for each in rule.trunk_ids if each in rows})
    yield from _conflicts(snapshot)


def _any_trunk(snapshot: Snapshot, rule: Rule) -> LintFinding:
    """Report a rule without trunks: it matches calls of every trunk, including rejected callers."""
    touches = snapshot.touched(rule.numbers)
    everyone = not rule.numbers
    where = "any number" if everyone else "the numbers it names"
    whom = "anyone who shows a number that it names" if rule.inbound_numbers else "anyone"
    then = ", and asks them for a PIN" if rule.pin else ""
    does = f"names no trunk: it takes calls from {whom} to {where}, also those that a trunk turns away{then}"
    grave = not rule.pin and (everyone or bool(touches) or snapshot.row_of(rule) is not None)
    return snapshot.finding(rule, "rule.any_trunk", does, _TRUNK, touches=touches, everyone=everyone, grave=grave)


def _on_our_trunks(snapshot: Snapshot, rule: Rule, rows: dict[str, object]) -> Iterator[LintFinding]:
    """Report a foreign rule that names a trunk of ours, or has the same attributes as our rules."""
    touched = tuple((number, row) for number, row in sorted(snapshot.held.items()) if row in rows.values())
    if rows:
        own = [one for one in snapshot.rules if snapshot.row_of(one) and set(rows) & set(one.trunk_ids)]
        wins = any(one.kind and rank(rule)[0] < rank(one)[0] for one in own) or not own
        some = " some" if rule.numbers or rule.inbound_numbers else ""
        does = f"diverts{some} calls of a Voxa trunk from its agents" if wins else "matches a Voxa trunk"
        remedy = "Remove the trunk from it in LiveKit, or delete it there."
        yield snapshot.finding(
            rule, "rule.on_our_trunk", does, remedy, detail=", ".join(sorted(rows)), touches=touched, grave=wins
        )
    if any(name.startswith(OURS) for name in rule.attributes):
        does = "sets attributes that only Voxa's rules set: its calls would be counted as a workspace's"
        yield snapshot.finding(rule, "rule.our_attributes", does, _DELETE, grave=False)


def _conflicts(snapshot: Snapshot) -> Iterator[LintFinding]:
    """Report conflicting rules: until one is deleted, no rule can be created, and calls that match both fail."""
    for one, other in rule_conflicts(rule for rule in snapshot.rules if rule.kind):
        rule, beside = (one, other) if snapshot.row_of(other) is not None else (other, one)
        if one is other:
            does = "is in conflict with itself, as it names something twice"
        else:
            does = "is in conflict with another rule of the same trunk, caller, number and PIN"
        does += ": LiveKit makes no new rule, and refuses calls with 503"
        with_ids = () if one is other else (beside.id,)
        yield snapshot.finding(rule, "rule.conflict", does, _DELETE, everyone=True, with_ids=with_ids)
