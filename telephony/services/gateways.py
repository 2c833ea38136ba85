"""Validate a trunk's gateways and replace them, keeping unchanged rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from telephony.choices import Transport
from telephony.models import Gateway, Trunk
from telephony.services.errors import Problems
from telephony.services.rows import assign
from voxa.core.destinations import host_key

MAX_GATEWAYS = 20
FIELDS = ("ip_or_domain", "port", "netmask", "protocol", "inbound", "outbound", "priority")


def build_gateways(trunk: Trunk, items: Sequence[Mapping[str, Any]], problems: Problems) -> list[Gateway]:
    """Return unsaved gateways for a list. Errors have paths such as `gateways[0].port`.

    A gateway without a priority gets its position in the list, so gateways are tried in list order.
    """
    if not items:
        problems.add("gateways", "Add at least one gateway.", "required")
    if len(items) > MAX_GATEWAYS:
        problems.add("gateways", f"Enter at most {MAX_GATEWAYS} gateways.", "max_length")
    gateways = []
    for place, item in enumerate(items[:MAX_GATEWAYS]):
        gateway = Gateway(trunk=trunk, priority=place)
        assign(gateway, item, FIELDS)
        if f"gateways[{place}]" not in problems:
            problems.check(gateway, FIELDS, prefix=f"gateways[{place}].")
        gateways.append(gateway)
    return gateways


def match_gateways(stored: Sequence[Gateway], wanted: Sequence[Gateway]) -> list[Gateway | None]:
    """Return for each wanted gateway the stored one that it updates, or None.

    Match by host, port and protocol first, then by position. Each stored one is used once.
    """
    free = list(stored)
    matches: list[Gateway | None] = []
    for gateway in wanted:
        same = next((one for one in free if _address(one) == _address(gateway)), None)
        if same is not None:
            free.remove(same)
        matches.append(same)
    left = iter(free)
    return [match or next(left, None) for match in matches]


def leads_elsewhere(stored: Iterable[Gateway], wanted: Iterable[Gateway]) -> bool:
    """Return whether calls go to a new outbound host, or to the same one no longer by TLS.

    A name counts as a different host than its address, which its owner can change.
    """
    former = {_way_out(gateway) for gateway in stored if gateway.outbound}
    known = former | {(host, True) for host, _ in former}
    return not known.issuperset(_way_out(gateway) for gateway in wanted if gateway.outbound)


def _way_out(gateway: Gateway) -> tuple[str, bool]:
    return host_key(gateway.ip_or_domain), gateway.protocol == Transport.TLS


def replace_gateways(trunk: Trunk, wanted: Sequence[Gateway]) -> bool:
    """Replace a trunk's gateways; return whether anything changed.

    Call in a transaction that holds the trunk's row.
    """
    stored = list(trunk.gateways.all())
    matches = match_gateways(stored, wanted)
    kept = {match.pk for match in matches if match}
    gone = [gateway for gateway in stored if gateway.pk not in kept]
    for gateway in gone:
        gateway.delete()
    written = [_write(gateway, match) for gateway, match in zip(wanted, matches, strict=True)]
    return bool(gone) or any(written)


def _write(wanted: Gateway, stored: Gateway | None) -> bool:
    if stored is None:
        wanted.save(force_insert=True)
        return True
    changed = assign(stored, {name: getattr(wanted, name) for name in FIELDS}, FIELDS)
    if changed:
        stored.save(update_fields=changed)
    return bool(changed)


def _address(gateway: Gateway) -> tuple[str, int, str]:
    return gateway.ip_or_domain.lower(), gateway.port, gateway.protocol
