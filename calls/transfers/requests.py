"""Transfers as rows: asked for, waited for a moment, claimed by a dispatcher. Carrying one out: transfer.py."""

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from calls.choices import CallStatus, Reason, TransferMode, TransferStatus
from calls.dialer.wake import wake_dispatchers
from calls.models import Call, Transfer
from calls.routing.facts import transfer_facts
from calls.routing.policies import Refusal, first_refusal
from calls.services.timeline import note
from calls.transfers.carry_out import finish, settle_left_behind, warm_route
from telephony.livekit import LiveKitNotConfigured
from telephony.sip_headers import validate_headers
from telephony.transfer_targets import Target, read_target
from voxa.core.errors import Conflict, ServiceError, Unavailable
from voxa.core.numbering_plans import is_costly_short

LEASE = timedelta(seconds=15)
LAPSES = timedelta(seconds=60)  # after which one that no dispatcher took is given up
WAITING = 2  # requests of one process that wait for an outcome at the same time: the others are answered at once
_waiting = threading.BoundedSemaphore(WAITING)


def transfer_call(call: Call, to: str, mode: TransferMode, headers: Mapping[str, str] | None = None) -> Transfer:
    """Request the transfer of a call in progress, and wait `TRANSFER_WAIT_SECONDS` at most for what comes of it.

    `headers` join those of the trunk. The transfer returned is completed, or goes on. Raises ValidationError naming
    `to` or `transferHeaders`, Conflict with the reason where
    it may not or did not happen, Unavailable where LiveKit was not reached.
    """
    transfer = request_transfer(call, to, mode, headers)
    if _waiting.acquire(blocking=False):
        try:
            wait_for(transfer, settings.TRANSFER_WAIT_SECONDS)
        finally:
            _waiting.release()
    if error := failure_of(transfer):
        raise error
    return transfer


def request_transfer(call: Call, to: str, mode: TransferMode, headers: Mapping[str, str] | None = None) -> Transfer:
    """Record what is asked for, for a dispatcher to carry out. Raises as `transfer_call` does."""
    target = _read(call, to, mode, headers or {})
    if not call.project.is_configured:
        raise Unavailable(Reason.NOT_CONFIGURED, str(LiveKitNotConfigured()))
    if mode == TransferMode.WARM:
        warm_route(call)
    return _begin(call, to, target, mode, headers or {})


def wait_for(transfer: Transfer, seconds: float) -> None:
    """Wait so many seconds at most for the outcome, and bring the transfer up to date. Never in a transaction."""
    until, pause = time.monotonic() + seconds, 0.05
    while transfer.is_open and time.monotonic() + pause < until:
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)
        transfer.refresh_from_db()


def failure_of(transfer: Transfer) -> ServiceError | None:
    """Return how it failed, as it is answered; None where it did not, or goes on."""
    if transfer.is_open or transfer.status == TransferStatus.COMPLETED:
        return None
    kind = Unavailable if transfer.code == Reason.LIVEKIT_UNAVAILABLE else Conflict
    return kind(transfer.code, transfer.message)


def _read(call: Call, to: str, mode: TransferMode, headers: Mapping[str, str]) -> Target:
    """Read the target, and refuse what would not be called either."""
    try:
        validate_headers(dict(headers))
    except ValidationError as error:
        raise ValidationError({"transferHeaders": error}) from None
    try:
        country = call.workspace.country
        target = read_target(to, warm=mode == TransferMode.WARM, country=country)
        facts = transfer_facts(call, target.number or "", timezone.now())
        refusal = first_refusal(facts) if target.number else None
        if target.short and not facts.allow_premium and is_costly_short(target.short, country):
            refusal = Refusal(Reason.PREMIUM, "This is a directory or premium-rate short code.")
        if refusal:
            raise ValidationError(refusal.message, refusal.reason)
    except ValidationError as error:
        raise ValidationError({"to": error}) from None
    return target


@transaction.atomic
def _begin(call: Call, to: str, target: Target, mode: TransferMode, headers: Mapping[str, str]) -> Transfer:
    """Record what is asked for, one at a time. Raises Conflict where the call is not to be handed over now."""
    now = timezone.now()
    fresh = Call.objects.select_for_update().get(pk=call.pk)
    if fresh.status != CallStatus.IN_PROGRESS or fresh.end_requested:
        raise Conflict("not_in_progress", "Only a call in progress is handed over.")
    before = set(Transfer.objects.filter(call=fresh).values_list("status", flat=True))
    if TransferStatus.COMPLETED in before:
        raise Conflict("transferred", "The call is handed over already.")
    if before & {TransferStatus.REQUESTED, TransferStatus.UNDER_WAY}:
        raise Conflict("transfer_under_way", "The call is being handed over at this moment. Look at its timeline.")
    note(fresh, "transfer.requested", now, to=target.uri, mode=mode)
    wake_dispatchers()
    return Transfer.objects.create(
        workspace_id=call.workspace_id,
        call=call,
        to=target.uri,
        asked=to,
        headers=dict(headers),
        mode=mode,
        requested_at=now,
    )


# --- the dispatchers' side --------------------------------------------------------------------------------------


def claim(token: UUID, now: datetime, most: int) -> list[UUID]:
    """Claim transfers, the longest waiting first, no more of a workspace at once than it may have.

    What is over that stays requested, and is taken when one of the workspace's is over.
    """
    requested = Transfer.objects.filter(status=TransferStatus.REQUESTED)
    waiting = list(requested.order_by("requested_at").values_list("pk", "workspace_id")[:1_000]) if most > 0 else []
    if not waiting:
        return []
    running = Counter(Transfer.objects.filter(status=TransferStatus.UNDER_WAY).values_list("workspace_id", flat=True))
    claimed: list[UUID] = []
    for pk, workspace_id in waiting:
        if len(claimed) >= most:
            break
        if running[workspace_id] >= settings.TRANSFERS_PER_WORKSPACE:
            continue
        fields = {"status": TransferStatus.UNDER_WAY, "lease_token": token, "leased_until": now + LEASE}
        if requested.filter(pk=pk).update(**fields):
            running[workspace_id] += 1
            claimed.append(pk)
    return claimed


def renew(token: UUID, transfer_ids: Sequence[UUID], now: datetime) -> None:
    """Keep the claims of transfers that go on."""
    mine = Transfer.objects.filter(pk__in=transfer_ids, lease_token=token, status=TransferStatus.UNDER_WAY)
    mine.update(leased_until=now + LEASE)


def settle(now: datetime) -> None:
    """Settle what a dispatcher left behind: carried out afresh where LiveKit was not asked, else looked at.

    What no dispatcher took within a minute fails. A few at a time; the rest come with the next look.
    """
    rows = Transfer.objects.select_related("call__project")
    left = rows.filter(status=TransferStatus.UNDER_WAY, leased_until__lt=now)
    left.filter(dialed_at=None).update(status=TransferStatus.REQUESTED, lease_token=None, leased_until=None)
    for transfer in left.exclude(dialed_at=None)[:20]:
        mine = Transfer.objects.filter(pk=transfer.pk, lease_token=transfer.lease_token, leased_until__lt=now)
        if mine.update(leased_until=now + LEASE):
            settle_left_behind(transfer)
    for transfer in rows.filter(status=TransferStatus.REQUESTED, requested_at__lt=now - LAPSES)[:20]:
        words = "No dispatcher took the transfer within a minute. The caller keeps the agent."
        finish(transfer, TransferStatus.FAILED, "transfer_failed", words)
