"""Carry out transfers: cold by REFER, warm by dialing the third party into the room.
The caller keeps the agent until the transfer succeeds.

A transfer is recorded (requests.py) before LiveKit is called, and never sent twice: if the outcome is unknown, a
person decides. Dispatchers carry transfers out in their own threads: no request waits while a phone rings.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.services.webhooks import emit
from calls.choices import OPEN_TRANSFERS, CallStatus, Direction, EventType, Reason, TransferMode, TransferStatus
from calls.dialer import spend
from calls.dialer.outcomes import Next, outcome_of
from calls.dialer.rate_limits import SendWindow, take_turn, trunk_limit
from calls.dialer.request import dial_request
from calls.livekit.ingest import settle
from calls.livekit.room_state import TRANSFER
from calls.models import Call, Transfer
from calls.presentation.payloads import transferred_json
from calls.recordings import recording as recordings
from calls.routing import route as routing
from calls.routing.route import Hop, Route
from calls.services.hangup import ask_for_end
from calls.services.timeline import note
from calls.transfers.third_party import ThirdPartyDial, why_failed
from telephony.choices import TrunkStatus
from telephony.livekit import (
    DialEnded,
    DialTooLate,
    LiveKitClient,
    LiveKitError,
    LiveKitNotConfigured,
    LiveKitNotFound,
    LiveKitRefused,
    LiveKitUnreached,
    SipRefused,
    client_for,
    rooms,
)
from telephony.models import Trunk
from telephony.sip_headers import joined, rendered
from telephony.transfer_targets import Target, read_target
from voxa.core.errors import Conflict, ServiceError

RINGING = 30.0  # maximum ringing time of the third party's phone in seconds
NOT_KNOWN = "The outcome of the transfer is unknown. Check the call before you retry."
SHORTEST = 10  # minimum talk time in seconds of the third party's leg in LiveKit; the end of the call ends both
MOST_TURNS = 5  # that a dial on a busy machine may miss
KNOWN = (
    SipRefused,
    DialEnded,
    LiveKitUnreached,
    LiveKitNotFound,
    LiveKitRefused,
    DialTooLate,
)  # the transfer did not happen


def carry_out(transfer_id: UUID, token: UUID) -> None:
    """Carry out a transfer claimed with this token, within 35 s per gateway. Blocks; never call it in a request."""
    rows = Transfer.objects.select_related("call__workspace", "call__project", "call__trunk")
    transfer = (
        rows.select_related("call__number__transfer_trunk")
        .filter(pk=transfer_id, lease_token=token, status=TransferStatus.UNDER_WAY)
        .first()
    )
    if transfer is None:
        return
    call, mode = transfer.call, TransferMode(transfer.mode)
    if call.status != CallStatus.IN_PROGRESS or call.end_requested:
        finish(transfer, TransferStatus.FAILED, "transfer_failed", "The call ended before it was transferred.")
        return
    try:
        route = warm_route(call) if mode == TransferMode.WARM else None
        target = read_target(transfer.asked, warm=mode == TransferMode.WARM, country=call.workspace.country)
        client = client_for(call.project)
        if route is not None:
            spend.set_aside_for_third_party(call)
    except (ServiceError, ValidationError, LiveKitNotConfigured) as error:
        finish(transfer, TransferStatus.FAILED, "transfer_failed", str(error))
        return
    if not _write(transfer, dialed_at=timezone.now()):
        return
    try:
        if route is None:
            sent = _headers(call, call.trunk, target, transfer.headers)
            client.run(rooms.transfer(call.room_name, _phone(client, call), target.uri, RINGING, sent))
        else:
            if recordings.stop(call):
                _write(transfer, recording_stopped=True)
            _dial(client, call, route, target, _headers(call, None, target, transfer.headers))
    except LiveKitError as error:
        _failed(transfer, error)
    else:
        completed(transfer, client)


def settle_left_behind(transfer: Transfer) -> None:
    """Find the outcome of a transfer whose dispatcher stopped, from its room. Nobody is dialed again."""
    if transfer.mode == TransferMode.WARM:
        with suppress(LiveKitError):
            client = client_for(transfer.call.project)
            people = client.run(rooms.participants(transfer.call.room_name))
            if any(who.identity == TRANSFER and who.attributes.get("sip.callStatus") == "active" for who in people):
                completed(transfer, client)
                return
    message = f"Its dispatcher stopped. {NOT_KNOWN}"
    finish(transfer, TransferStatus.UNKNOWN, "transfer_unknown", message)


def completed(transfer: Transfer, client: LiveKitClient) -> None:
    """Record that the caller is connected to the third party, and remove our side from the call."""
    if not finish(transfer, TransferStatus.COMPLETED):
        return
    if transfer.mode == TransferMode.COLD:
        _let_go(transfer.call)
    else:
        Call.objects.filter(pk=transfer.call_id).update(third_party_since=timezone.now())
        _agents_leave(client, transfer.call)


@transaction.atomic
def finish(
    transfer: Transfer,
    status: TransferStatus,
    code: str = "",
    words: str = "",
    sip_code: int | None = None,
    **data: Any,
) -> bool:
    """End a transfer once, with a timeline event; return whether this claim still held it."""
    now = timezone.now()
    fields = {"status": status, "code": code, "message": words[:500], "sip_status_code": sip_code, "ended_at": now}
    if not _write(transfer, **fields, lease_token=None, leased_until=None):
        return False
    if status == TransferStatus.FAILED:
        spend.give_back(transfer.call)
    told = {} if status == TransferStatus.COMPLETED else {"message": words, "sipStatusCode": sip_code, **data}
    note(transfer.call, EventType.of(status), now, None, mode=transfer.mode, **told)
    emit(transfer.workspace_id, "call.transfer", partial(transferred_json, transfer))
    return True


def _write(transfer: Transfer, **fields: Any) -> bool:
    mine = Transfer.objects.filter(pk=transfer.pk, lease_token=transfer.lease_token, status__in=OPEN_TRANSFERS)
    if not mine.update(**fields):
        return False
    for name, value in fields.items():
        if name != "lease_token":
            setattr(transfer, name, value)
    return True


def warm_route(call: Call) -> Route:
    """Return the route: the number's transfer trunk, else the call's own trunk."""
    number = call.number
    trunk = (number.transfer_trunk if number else None) or call.trunk
    hops = routing.hops_of(trunk, call.project) if trunk is not None and trunk.status == TrunkStatus.ACTIVE else ()
    if not hops:
        raise Conflict(Reason.NO_TRUNK, "No active trunk with an outbound gateway can transfer calls. Provision one.")
    return Route(hops, trunk, number)


def _phone(client: LiveKitClient, call: Call) -> str:
    """Return the identity of the caller or callee. Raise `LiveKitNotFound` if it has left."""
    people = client.run(rooms.participants(call.room_name))
    for who in people:
        if who.is_phone and who.identity != TRANSFER:
            return who.identity
    raise LiveKitNotFound("The caller has left.")


def _headers(call: Call, trunk: Trunk | None, target: Target, headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a transfer: the trunk's for a REFER, then those of the request."""
    wanted = joined(trunk.transfer_headers if trunk else {}, headers)
    return rendered(wanted, call_id=str(call.pk), caller_id=_own_side(call), to=target.number or target.uri)


def _dial(client: LiveKitClient, call: Call, route: Route, target: Target, headers: Mapping[str, str]) -> None:
    """Dial the third party into the room, through the next gateway if one fails."""
    _phone(client, call)
    for hop in route.hops:
        dial = ThirdPartyDial(client, _asked(call, route, hop, target, headers))
        try:
            return _dial_by(dial, route)
        except LiveKitError as error:
            if hop is route.hops[-1] or dial.outcome(error).next != Next.NEXT_GATEWAY:
                raise
    return None


def _asked(call: Call, route: Route, hop: Hop, target: Target, headers: Mapping[str, str]) -> rooms.Dial:
    limit = call.leased_until or timezone.now() + timedelta(seconds=call.max_duration_seconds)
    asked = dial_request(
        call,
        route,
        hop,
        to_number=target.number or "",
        caller_id=_own_side(call),
        room=call.room_name,
        identity=TRANSFER,
        ringing=RINGING,
        headers=headers,
    )
    return replace(asked, max_seconds=max(SHORTEST, round((limit - timezone.now()).total_seconds())))


def _dial_by(dial: ThirdPartyDial, route: Route) -> None:
    for tries in range(MOST_TURNS):
        turn = _turn(route, tries)
        if not connection.in_atomic_block:
            connection.close()  # a phone rings for half a minute, and many may ring concurrently
        try:
            dial.run(turn.not_after)
            return
        except DialTooLate:
            if tries == MOST_TURNS - 1:
                raise


def _own_side(call: Call) -> str:
    """Return the workspace's number in a call: its caller ID, or the number called."""
    return call.from_number if call.direction == Direction.OUTBOUND else call.to_number


def _turn(route: Route, tries: int) -> SendWindow:
    """Wait for the trunk's send window: its calls per second apply to these dials too."""
    while True:
        with transaction.atomic():
            turn = take_turn([trunk_limit(route.trunk)], tries)
        wait_for: datetime = turn.at if isinstance(turn, SendWindow) else turn
        time.sleep(max(0.0, (wait_for - timezone.now()).total_seconds()))
        if isinstance(turn, SendWindow):
            return turn


def _failed(transfer: Transfer, error: LiveKitError) -> None:
    """Record the failure. A recording that was stopped for it resumes if nobody joined."""
    sip_code = error.sip_code if isinstance(error, SipRefused) else None
    why, reason = why_failed(error), outcome_of(error, rang=True).reason
    if transfer.recording_stopped and isinstance(error, KNOWN):
        recordings.resume(transfer.call)
    told: tuple[TransferStatus, str, str]
    if isinstance(error, LiveKitUnreached):
        told = (TransferStatus.FAILED, Reason.LIVEKIT_UNAVAILABLE, f"{error} The caller keeps the agent.")
    elif isinstance(error, KNOWN):
        message = f"The call was not transferred: {why} The caller keeps the agent."
        told = (TransferStatus.FAILED, "transfer_failed", message)
    else:
        told = (TransferStatus.UNKNOWN, "transfer_unknown", f"{error} {NOT_KNOWN}")
    finish(transfer, *told, sip_code, reason=reason, message=why)


def _let_go(call: Call) -> None:
    """End a call whose phone is connected elsewhere now."""
    try:
        ask_for_end(call, Reason.TRANSFERRED)
    except Conflict:
        settle(call.project, call.room_name)  # it left immediately, which was read as a hang-up


def _agents_leave(client: LiveKitClient, call: Call) -> None:
    with suppress(LiveKitError):  # an agent that stays is no reason to hang up on both
        for who in client.run(rooms.participants(call.room_name)):
            if who.is_agent:
                with suppress(LiveKitNotFound):
                    client.run(rooms.remove_participant(call.room_name, who.identity))
