"""Lint inbound trunks: those that accept the wrong callers, or conflict with ours. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

from telephony.livekit.entrances import Entrance
from telephony.livekit.matching import is_dropped, network_of, normalized
from telephony.sync.lint.findings import LintFinding, Snapshot

WIDEST = {4: 16, 6: 48}  # prefix lengths; a wider network holds strangers
OPEN = {4: 8, 6: 16}  # from here on it holds next to everyone

_NUMBERS = "Set its numbers in LiveKit, or delete it there."
_CALLERS = "Set addresses with a prefix length, or a username and password, in LiveKit, or delete it there."
_PREFIX = "Enter each as an address with a prefix length, such as 198.51.100.7/32."


def look(snapshot: Snapshot) -> Iterator[LintFinding]:
    """Return the findings of the trunks."""
    for trunk in snapshot.trunks:
        yield from _callers(snapshot, trunk)
        yield from _entries(snapshot, trunk)
        yield from _numbers(snapshot, trunk)
    yield from _twice(snapshot)


def is_open(trunk: Entrance) -> bool:
    """Return whether the trunk accepts every caller: no effective allow-list and no authentication."""
    return not trunk.asks_for_credentials and all(is_dropped(entry) for entry in trunk.allowed_addresses)


def _tell(
    snapshot: Snapshot, trunk: Entrance, code: str, does: str, remedy: str, detail: str = "", *, grave: bool
) -> LintFinding:
    """Return a finding on the trunk's numbers; it is no error if none of them is ours."""
    touches, everyone = snapshot.touched(trunk.numbers), not trunk.numbers
    grave = grave and (everyone or bool(touches) or snapshot.row_of(trunk) is not None)
    reach = {"touches": touches, "everyone": everyone}
    return snapshot.finding(trunk, code, does, remedy, detail=detail, grave=grave, **reach)


def _callers(snapshot: Snapshot, trunk: Entrance) -> Iterator[LintFinding]:
    """Report trunks that accept every caller."""
    if trunk.has_username != trunk.has_password:
        half = "a username without a password" if trunk.has_username else "a password without a username"
        does = f"has {half}: LiveKit asks no caller for credentials"
        remedy = "Set both in LiveKit, or neither and the allowed addresses."
        yield _tell(snapshot, trunk, "trunk.half_credentials", does, remedy, grave=is_open(trunk))
    if not is_open(trunk):
        return
    if trunk.allowed_addresses:
        does = "has only malformed entries in its allow-list, which LiveKit drops in silence: anyone may call in"
        entries = _shown(trunk.allowed_addresses)
        yield _tell(snapshot, trunk, "trunk.no_entry_left", does, _CALLERS, entries, grave=True)
    elif trunk.numbers:
        does = "has neither addresses nor credentials: anyone may call in"
        does += ", from any address, who shows a number that it allows" if trunk.allowed_numbers else ""
        yield _tell(snapshot, trunk, "trunk.any_caller", does, _CALLERS, grave=True)


def _entries(snapshot: Snapshot, trunk: Entrance) -> Iterator[LintFinding]:
    """Report allow-list entries that match a forged header, large parts of the internet, or no caller at all."""
    lists: dict[str, list[str]] = defaultdict(list)
    for entry in trunk.allowed_addresses:
        lists[_sort(entry)].append(entry)
    unguarded = not trunk.asks_for_credentials
    found = (
        (
            "trunk.dropped_entries",
            [*lists["dropped"], *lists["unreadable"]],
            "has entries in its allow-list that LiveKit cannot read, so that calls from there are not taken",
            _PREFIX,
            False,
        ),
        (
            "trunk.host_names",
            lists["name"],
            "allows host names, which LiveKit compares with the From header that any caller may write",
            "Replace these names with their addresses, each with a prefix length.",
            unguarded,
        ),
        (
            "trunk.bare_addresses",
            lists["bare"],
            "allows addresses without a prefix length, which also let in whoever writes them in the From header",
            _PREFIX,
            False,
        ),
        (
            "trunk.wide_network",
            [*lists["open"], *lists["wide"]],
            "allows networks that hold many strangers",
            "Replace them with the carrier's own addresses.",
            unguarded and bool(lists["open"]),
        ),
    )
    for code, entries, does, remedy, grave in found:
        if entries:
            yield _tell(snapshot, trunk, code, does, remedy, _shown(entries), grave=grave)


def _sort(entry: str) -> str:
    """Return how LiveKit interprets an allow-list entry."""
    if is_dropped(entry):
        return "dropped"
    network = network_of(entry)
    if network is None:
        return "unreadable" if "/" in entry else "name"
    if "/" not in entry:
        return "bare"
    if network.prefixlen <= OPEN[network.version]:
        return "open"
    return "wide" if network.prefixlen < WIDEST[network.version] else "network"


def _numbers(snapshot: Snapshot, trunk: Entrance) -> Iterator[LintFinding]:
    """Report trunks that match calls of other trunks."""
    if not trunk.numbers:
        whom = "anyone" if is_open(trunk) else "whoever it lets in"
        does = f"has no numbers: it takes calls from {whom} to any number whose own trunk does not let the caller in"
        grave = is_open(trunk) or snapshot.row_of(trunk) is not None
        yield _tell(snapshot, trunk, "trunk.any_number", does, _NUMBERS, grave=grave)
    elif snapshot.row_of(trunk) is None and snapshot.touched(trunk.numbers):
        remedy = "Remove these numbers from it in LiveKit, or adopt it: manage.py import_livekit."
        yield _tell(snapshot, trunk, "trunk.takes_number", "takes numbers that stand in Voxa", remedy, grave=True)


def _twice(snapshot: Snapshot) -> Iterator[LintFinding]:
    """Report numbers in two trunks: LiveKit rejects every call that matches both."""
    holders: dict[str, list[Entrance]] = defaultdict(list)
    for trunk in snapshot.trunks:
        for number in {normalized(each) for each in trunk.numbers} or {""}:
            holders[number].append(trunk)
    by_id = {trunk.id: trunk for trunk in snapshot.trunks}
    shared = sorted((tuple(trunk.id for trunk in found), n) for n, found in holders.items() if len(found) > 1)
    for ids, group in groupby(shared, key=lambda pair: pair[0]):
        numbers = [number for _, number in group if number]
        trunk = _blamed(snapshot, [by_id[each] for each in ids])
        others = tuple(each for each in ids if each != trunk.id)
        if numbers:
            yield _number_twice(snapshot, trunk, numbers, others)
        else:
            does = "has no numbers, and neither has another inbound trunk: calls that both would take fail with 503"
            yield snapshot.finding(
                trunk, "trunk.any_number_twice", does, _NUMBERS, everyone=True, grave=False, with_ids=others
            )


def _number_twice(snapshot: Snapshot, trunk: Entrance, numbers: list[str], others: tuple[str, ...]) -> LintFinding:
    touches = snapshot.touched(numbers)
    does = "has numbers that another inbound trunk has too: calls that both would take fail with 503"
    remedy = "Remove these numbers from one of them in LiveKit."
    more = {"detail": _shown(numbers), "touches": touches, "with_ids": others, "grave": bool(touches)}
    return snapshot.finding(trunk, "trunk.number_twice", does, remedy, **more)


def _blamed(snapshot: Snapshot, trunks: list[Entrance]) -> Entrance:
    """Return the trunk to change, preferably a foreign one."""
    return next((trunk for trunk in trunks if snapshot.row_of(trunk) is None), trunks[-1])


def _shown(texts: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(repr(text[:80]) for text in texts[:5])
    return f"{shown} and {len(texts) - 5:,} more" if len(texts) > 5 else shown
