"""Transfers as rows: requested, awaited briefly, claimed by a dispatcher. `carry_out` executes them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from calls.choices import OPEN_TRANSFERS, CallStatus, Direction, EventType, Reason, TransferMode, TransferStatus
from calls.dialer.wake import wake_dispatchers
from calls.models import Call, Transfer
from calls.services.timeline import note
from calls.transfers.carry_out import TRANSFERABLE, refusal_of, warm_route
from calls.transfers.endings import finish, settle_left_behind
from telephony.livekit import LiveKitNotConfigured
from telephony.sip_headers import validate_headers
from telephony.transfer_targets import Target, read_target
from voxa.core.errors import Conflict, ServiceError, Unavailable
from voxa.core.statements import Fixed
from voxa.core.waiting import WAITS

LEASE = timedelta(seconds=15)
LAPSES = timedelta(seconds=60)  # after which an unclaimed transfer fails
OWN_NUMBER = "The caller called this number, and would be answered in the same way again. Choose another target."


def transfer_call(call: Call, to: str, mode: TransferMode, headers: Mapping[str, str] | None = None) -> Transfer:
    """Request the transfer of a call in progress, and wait at most `TRANSFER_WAIT_SECONDS` for its outcome.

    `headers` are added to those of the trunk. The returned transfer is completed or in progress. Raise
    `ValidationError` for `to` or `transferHeaders`, `Conflict` with the reason if it is not allowed or failed,
    `Unavailable` if LiveKit is unreachable.
    """
    transfer = request_transfer(call, to, mode, headers)
    if WAITS.wait(partial(_is_over, transfer.pk), settings.TRANSFER_WAIT_SECONDS):
        transfer.refresh_from_db()
    if error := failure_of(transfer):
        raise error
    return transfer


def request_transfer(
    call: Call, to: str, mode: TransferMode, headers: Mapping[str, str] | None = None, *, ringing: bool = False
) -> Transfer:
    """Record the request for a dispatcher to carry out. Raise as `transfer_call` does.

    With `ringing` a warm transfer may come before the answer of an inbound call.
    """
    target = check_target(call, to, mode, headers or {})
    if not call.project.is_configured:
        raise Unavailable(Reason.NOT_CONFIGURED, str(LiveKitNotConfigured()))
    if mode == TransferMode.WARM:
        warm_route(call)
    allowed = TRANSFERABLE[mode] if ringing else (CallStatus.IN_PROGRESS,)
    return _begin(call, to, target, mode, headers or {}, allowed)


def _is_over(transfer_id: UUID) -> bool:
    return not Transfer.objects.filter(pk=transfer_id, status__in=OPEN_TRANSFERS).exists()


def failure_of(transfer: Transfer) -> ServiceError | None:
    """Return the failure for the response; None if it did not fail or is in progress."""
    if transfer.is_open or transfer.status == TransferStatus.COMPLETED:
        return None
    kind = Unavailable if transfer.code == Reason.LIVEKIT_UNAVAILABLE else Conflict
    return kind(transfer.code, transfer.message)


def check_target(call: Call, to: str, mode: TransferMode, headers: Mapping[str, str]) -> Target:
    """Parse the target. Raise `ValidationError` for `to` or `transferHeaders` if it could not be called."""
    try:
        validate_headers(dict(headers))
    except ValidationError as error:
        raise ValidationError({"transferHeaders": error}) from None
    try:
        target = read_target(to, warm=mode == TransferMode.WARM, country=call.workspace.country)
        if call.direction == Direction.INBOUND and target.uri == f"tel:{call.to_number}":
            raise ValidationError(OWN_NUMBER, "own_number")
        refusal = refusal_of(call, target, timezone.now())
        if refusal:
            raise ValidationError(refusal.message, refusal.reason)
    except ValidationError as error:
        raise ValidationError({"to": error}) from None
    return target


@transaction.atomic
def _begin(
    call: Call,
    to: str,
    target: Target,
    mode: TransferMode,
    headers: Mapping[str, str],
    allowed: Collection[CallStatus],
) -> Transfer:
    """Record the request, one per call at a time. Raise `Conflict` if the call cannot be transferred now."""
    now = timezone.now()
    fresh = Call.objects.select_for_update().get(pk=call.pk)
    if fresh.status not in allowed or fresh.end_requested:
        raise Conflict("not_in_progress", "Only a call in progress can be transferred.")
    before = set(Transfer.objects.filter(call=fresh).values_list("status", flat=True))
    if TransferStatus.COMPLETED in before:
        raise Conflict("transferred", "The call has already been transferred.")
    if before & {TransferStatus.REQUESTED, TransferStatus.UNDER_WAY}:
        raise Conflict("transfer_under_way", "A transfer of this call is in progress. Check its timeline.")
    note(fresh, EventType.TRANSFER_REQUESTED, now, to=target.uri, mode=mode)
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


# --- dispatchers -----------------------------------------------------------------------------------------------


def claim(token: UUID, now: datetime, most: int) -> list[UUID]:
    """Claim transfers, the longest waiting first, up to the workspace's concurrent limit.

    Transfers over the limit stay requested until another one of the workspace ends.
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
    mine = Transfer.objects.filter(pk__in=transfer_ids, lease_token=token, status=TransferStatus.UNDER_WAY)
    mine.update(leased_until=now + LEASE)


def next_left() -> datetime | None:
    """Return when the next transfer is for `settle`, if no dispatcher does before what it claimed, or claims it."""
    return _next_left.only()


def _when_left() -> QuerySet[Any]:
    lapses = ExpressionWrapper(F("requested_at") + LAPSES, DateTimeField())
    left = Transfer.objects.filter(status__in=OPEN_TRANSFERS).annotate(at=Coalesce("leased_until", lapses))
    return left.order_by("at").values_list("at", flat=True)[:1]


_next_left: Fixed[Any] = Fixed(_when_left)


def settle(now: datetime) -> None:
    """Settle transfers of stopped dispatchers: restart them if LiveKit was not called, else check their rooms.

    Transfers that no dispatcher took within a minute fail. Handles a few per run.
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
