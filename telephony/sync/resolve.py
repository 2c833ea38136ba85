"""Keep the addresses of inbound gateways' domains up to date. Never in a transaction."""

import time
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from telephony.addresses import parse_ip
from telephony.models import Gateway
from telephony.sync import dns
from telephony.sync.rows import gateway_row

FRESH = timedelta(minutes=1)  # a sync does not look up again what was looked up so recently
DUE = timedelta(minutes=4)
CHUNK = 100  # gateways looked up before their addresses are written


def resolve_for(trunk_ids: Collection[UUID]) -> set[UUID]:
    """Look up the domains that these trunks take calls from, where they are new or not fresh.

    Gives the trunks for which something changed. A failure is no error: it is kept, and planned as a warning.
    """
    since = timezone.now() - FRESH
    gateways = [
        gateway
        for gateway in Gateway.objects.filter(trunk__in=trunk_ids, inbound=True)
        if parse_ip(gateway.ip_or_domain) is None
        and (
            gateway.resolved_at is None
            or gateway.resolved_at < since
            or gateway.resolved.get("host") != gateway.ip_or_domain
        )
    ]
    return _look_up(gateways)


def resolve_due(seconds: float) -> set[UUID]:
    """Look up again, the longest unseen first, the domains that calls come in from; return the changed trunks.

    Stops after so many seconds: what is left comes first the next time.
    """
    end, changed = time.monotonic() + seconds, set[UUID]()
    due = Gateway.objects.filter(Q(resolved_at=None) | Q(resolved_at__lt=timezone.now() - DUE), inbound=True)
    oldest_first = due.order_by(F("resolved_at").asc(nulls_first=True), "pk")
    names = [pk for pk, host in oldest_first.values_list("pk", "ip_or_domain").iterator() if parse_ip(host) is None]
    for start in range(0, len(names), CHUNK):
        if time.monotonic() > end:
            break
        changed |= _look_up(list(Gateway.objects.filter(pk__in=names[start : start + CHUNK])))
    return changed


def _look_up(gateways: Sequence[Gateway]) -> set[UUID]:
    if not gateways:
        return set()
    answers = dns.look_up_all(sorted({gateway.ip_or_domain for gateway in gateways}))
    now, changed, unchanged = timezone.now(), set(), []
    for gateway in gateways:
        before, answer = gateway_row(gateway).resolution, answers[gateway.ip_or_domain]
        after = before.failed(answer.error) if answer.error else before.found(answer.addresses, now)
        if not after.is_worth_writing(before):
            unchanged.append(gateway.pk)
        elif _write(gateway, after.write(gateway.ip_or_domain), now) and after.is_news(before):
            changed.add(gateway.trunk_id)
    Gateway.objects.filter(pk__in=unchanged).update(resolved_at=now)
    return changed


def _write(gateway: Gateway, resolved: dict[str, object], now: datetime) -> int:
    """Write what was found, unless the gateway's host is another by now."""
    same = Gateway.objects.filter(pk=gateway.pk, ip_or_domain=gateway.ip_or_domain)
    return same.update(resolved=resolved, resolved_at=now)
