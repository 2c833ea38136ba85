"""Carry out transfers: cold by REFER, warm by dialing the third party into the room.
The caller keeps the agent until the transfer succeeds.

A transfer is recorded (requests.py) before LiveKit is called, and never sent twice: if the outcome is unknown, a
person decides. Dispatchers carry transfers out beside their dials, by the same code: no request waits while a phone
rings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from calls.choices import CallStatus, Reason, TransferMode, TransferStatus
from calls.dialer import spend
from calls.dialer.attempts import ClaimLost, granted
from calls.dialer.leg import Leg, by_gateway
from calls.dialer.outcomes import Next, outcome_of
from calls.dialer.rate_limits import Limit, SendWindow, limits_of
from calls.dialer.request import dial_request
from calls.dialer.retries import rest_trunk
from calls.dialer.threads import in_thread
from calls.livekit.room_state import TRANSFER
from calls.models import Call, Transfer
from calls.recordings import recording as recordings
from calls.routing import route as routing
from calls.routing.facts import transfer_facts
from calls.routing.policies import Refusal, first_refusal
from calls.routing.route import Hop, Route
from calls.transfers.endings import completed, failed, finish, refused, write
from telephony.choices import TrunkStatus
from telephony.livekit import (
    LiveKitClient,
    LiveKitError,
    LiveKitNotConfigured,
    LiveKitNotFound,
    client_for,
    rooms,
)
from telephony.models import TelephonySettings, Trunk
from telephony.services import sip_service
from telephony.sip_headers import joined, rendered
from telephony.transfer_targets import Target, read_target
from voxa.core.errors import Conflict, ServiceError
from voxa.core.numbering_plans import is_costly_short

RINGING = 30.0  # maximum ringing time of the third party's phone in seconds
CALL_ENDED = "The call ended before it was transferred."
SHORTEST = 10  # minimum talk time in seconds of the third party's leg in LiveKit; the end of the call ends both
# A third party's audio answers an inbound call that rings.
TRANSFERABLE = {
    TransferMode.COLD: (CallStatus.IN_PROGRESS,),
    TransferMode.WARM: (CallStatus.IN_PROGRESS, CallStatus.RINGING),
}


@dataclass(frozen=True)
class Ready:
    """A claimed transfer that only needs to be sent. `phone` is the identity of the caller or callee."""

    transfer: Transfer
    target: Target
    client: LiveKitClient
    phone: str
    route: Route | None  # of a warm transfer
    limits: list[Limit]

    @property
    def call(self) -> Call:
        return self.transfer.call


async def carry_out(transfer_id: UUID, token: UUID) -> None:
    """Carry out a transfer claimed with this token, within 35 s per gateway."""
    ready = await in_thread(_prepare, transfer_id, token)
    if ready is None:
        return
    try:
        if ready.route is None:
            await _refer(ready)
        else:
            await by_gateway(ready.route.hops, partial(_call_in, ready, ready.route))
    except ClaimLost:
        await in_thread(finish, ready.transfer, TransferStatus.FAILED, "transfer_failed", CALL_ENDED)


def _prepare(transfer_id: UUID, token: UUID) -> Ready | None:
    """Load a claimed transfer, set money aside and stop the recording; record a failure and return None."""
    rows = Transfer.objects.select_related(
        "call__workspace", "call__project", "call__trunk", "call__number__transfer_trunk"
    )
    transfer = rows.filter(pk=transfer_id, lease_token=token, status=TransferStatus.UNDER_WAY).first()
    if transfer is None:
        return None
    call, warm = transfer.call, transfer.mode == TransferMode.WARM
    try:
        if call.status not in TRANSFERABLE[TransferMode(transfer.mode)] or call.end_requested:
            raise Conflict("transfer_failed", CALL_ENDED)
        route = warm_route(call) if warm else None
        target = read_target(transfer.asked, warm=warm, country=call.workspace.country)
        client = client_for(call.project)
        phone = _phone(client, call)
        if route is not None:
            spend.set_aside_for_third_party(call)
            if recordings.stop(call):
                write(transfer, recording_stopped=True)
    except (ServiceError, ValidationError, LiveKitNotConfigured) as error:
        finish(transfer, TransferStatus.FAILED, "transfer_failed", str(error))
        return None
    except LiveKitError as error:
        failed(transfer, error, outcome_of(error, rang=True))
        return None
    limits = limits_of(route.trunk, TelephonySettings.of(call.workspace_id)) if route else []
    return Ready(transfer, target, client, phone, route, limits)


async def _refer(ready: Ready) -> None:
    """Ask the carrier to connect the caller to the target."""
    call, target = ready.call, ready.target
    turn = await in_thread(_turn, ready, 0)
    if isinstance(turn, Refusal):
        await in_thread(refused, ready.transfer, turn)
        return
    sent = _headers(call, call.trunk, target, ready.transfer.headers)
    try:
        await ready.client.arun(rooms.transfer(call.room_name, ready.phone, target.uri, RINGING, sent))
    except LiveKitError as error:
        await in_thread(failed, ready.transfer, error, outcome_of(error, rang=True))
    else:
        await in_thread(completed, ready.transfer, ready.client)


async def _call_in(ready: Ready, route: Route, hop: Hop, more_hops: bool) -> bool:
    """Dial the third party through a gateway; return whether to try the next one."""
    leg = Leg(
        ready.client, ready.call.project_id, _asked(ready, route, hop), lambda tries: in_thread(_turn, ready, tries)
    )
    try:
        dialed = await leg.dial(timezone.now())
    except LiveKitError as error:
        outcome = await leg.outcome(error)
        if outcome.next is Next.NEXT_GATEWAY and more_hops:
            return True
        if outcome.next is Next.SLOW_DOWN:
            await in_thread(rest_trunk, route.trunk, outcome, timezone.now())
        await in_thread(failed, ready.transfer, error, outcome)
        return False
    if isinstance(dialed, Refusal):
        await in_thread(refused, ready.transfer, dialed)
    else:
        await in_thread(completed, ready.transfer, ready.client)
        await in_thread(sip_service.note_calls_taken, ready.call.project_id)
    return False


@transaction.atomic
def _turn(ready: Ready, tries: int) -> SendWindow | datetime | Refusal:
    """Take the transfer's send window (`granted`), if its call is still in progress."""
    mine = Transfer.objects.filter(pk=ready.transfer.pk, lease_token=ready.transfer.lease_token)
    allowed = TRANSFERABLE[TransferMode(ready.transfer.mode)]
    rows = mine.filter(status=TransferStatus.UNDER_WAY, call__status__in=allowed, call__end_requested="")
    return granted(
        ready.limits, tries, partial(refusal_of, ready.call, ready.target), lambda at: rows.update(dialed_at=at)
    )


def refusal_of(call: Call, target: Target, at: datetime) -> Refusal | None:
    """Return why a call may not be transferred to a target."""
    facts = transfer_facts(call, target.number or "", at)
    if target.short and not facts.allow_premium and is_costly_short(target.short, call.workspace.country):
        return Refusal(Reason.PREMIUM, "This is a directory or premium-rate short code.")
    return first_refusal(facts) if target.number else None


def warm_route(call: Call) -> Route:
    """Return the route: the number's transfer trunk, else the call's own trunk."""
    number = call.number
    trunk = (number.transfer_trunk if number else None) or call.trunk
    if trunk is not None and trunk.paused_at is not None:
        raise Conflict(Reason.TRUNK_PAUSED, routing.TRUNK_PAUSED)
    hops = routing.hops_of(trunk, call.project) if trunk is not None and trunk.status == TrunkStatus.ACTIVE else ()
    if not hops:
        raise Conflict(Reason.NO_TRUNK, "No active trunk with an outbound gateway can transfer calls. Provision one.")
    return Route(hops, trunk, number)


def _phone(client: LiveKitClient, call: Call) -> str:
    """Return the identity of the caller or callee. Raise `LiveKitNotFound` if it has left."""
    for who in client.run(rooms.participants(call.room_name)):
        if who.is_phone and who.identity != TRANSFER:
            return who.identity
    raise LiveKitNotFound("The caller has left.")


def _headers(call: Call, trunk: Trunk | None, target: Target, headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a transfer: the trunk's for a REFER, then those of the request."""
    wanted = joined(trunk.transfer_headers if trunk else {}, headers)
    return rendered(wanted, call_id=str(call.pk), caller_id=call.own_number, to=target.number or target.uri)


def _asked(ready: Ready, route: Route, hop: Hop) -> rooms.Dial:
    call, target = ready.call, ready.target
    limit = call.leased_until or timezone.now() + timedelta(seconds=call.max_duration_seconds)
    asked = dial_request(
        call,
        route,
        hop,
        to_number=target.number or "",
        caller_id=call.own_number,
        room=call.room_name,
        identity=TRANSFER,
        ringing=RINGING,
        headers=_headers(call, None, target, ready.transfer.headers),
    )
    return replace(asked, max_seconds=max(SHORTEST, round((limit - timezone.now()).total_seconds())))
