"""Handing a call over: cold by REFER, warm by dialling the third party into the room. Until it worked, the caller keeps
the agent.

What is asked for is recorded before LiveKit is called, and never asked for twice: where nobody knows what became of it,
a person decides.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.errors import Conflict, Unavailable
from calls import routing
from calls.choices import CallStatus, Direction, Reason, TransferMode
from calls.dial_request import dial_request
from calls.models import Call
from calls.outcomes import Next, outcome_of
from calls.pacing import Turn, take_turn, trunk_limit
from calls.policies import Facts, Refusal, first_refusal
from calls.routing import Hop, Route
from calls.services import recordings
from calls.services.hangup import ask_for_end
from calls.services.ingest import settle
from calls.services.third_party import ThirdPartyDial, why_failed
from calls.services.timeline import note
from calls.story import TRANSFER
from telephony.choices import TrunkStatus
from telephony.livekit_client import (
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
from telephony.models import TelephonySettings, Trunk
from telephony.sip_headers import joined, rendered, validate_headers
from telephony.targets import Target, read_target
from voxa.core.numbering_plans import is_costly_short

RINGING = 30.0  # seconds that the third party's phone rings, at most
UNDER_WAY = timedelta(seconds=120)  # after which a transfer that told nothing is taken for cut off
SHORTEST = 10  # seconds that the third party may talk at least, as far as LiveKit is told; the call's end ends both
MOST_TURNS = 5  # that a dial may miss on a busy machine
KNOWN = (
    SipRefused,
    DialEnded,
    LiveKitUnreached,
    LiveKitNotFound,
    LiveKitRefused,
    DialTooLate,
)  # the transfer did not happen


def transfer_call(call: Call, to: str, mode: TransferMode, headers: Mapping[str, str] | None = None) -> Call:
    """Hand a call in progress over and wait for what comes of it, 35 seconds a gateway at most.

    `headers` join those of the trunk. Raises ValidationError naming `to` or `transferHeaders`, Conflict with the reason
    where it may not or did not happen, Unavailable where LiveKit was not reached.
    """
    target = _read(call, to, mode, headers or {})
    if not call.project.is_configured:
        raise Unavailable(Reason.NOT_CONFIGURED, str(LiveKitNotConfigured()))
    client = client_for(call.project)
    route = _warm_route(call) if mode == TransferMode.WARM else None
    _begin(call, target, mode)
    recorded = False
    try:
        if route is None:
            sent = _headers(call, call.trunk, target, headers or {})
            client.run(rooms.transfer(call.room_name, _phone(client, call), target.uri, RINGING, sent))
        else:
            recorded = recordings.stop(call)
            _dial(client, call, route, target, _headers(call, None, target, headers or {}))
    except LiveKitError as error:
        if recorded and isinstance(error, KNOWN):
            recordings.resume(call)
        raise _failed(call, mode, error) from None
    note(call, "transfer.completed", timezone.now(), mode=mode)
    if route is None:
        _let_go(call)
    else:
        _agents_leave(client, call)
    call.refresh_from_db()
    return call


def _read(call: Call, to: str, mode: TransferMode, headers: Mapping[str, str]) -> Target:
    """Read the target, and refuse what would not be called either."""
    try:
        validate_headers(dict(headers))
    except ValidationError as error:
        raise ValidationError({"transferHeaders": error}) from None
    try:
        country = call.workspace.country
        target = read_target(to, warm=mode == TransferMode.WARM, country=country)
        facts = _facts(call, target.number or "")
        refusal = first_refusal(facts) if target.number else None
        if target.short and not facts.allow_premium and is_costly_short(target.short, country):
            refusal = Refusal(Reason.PREMIUM, "This is a directory or premium-rate short code.")
        if refusal:
            raise ValidationError(refusal.message, refusal.reason)
    except ValidationError as error:
        raise ValidationError({"to": error}) from None
    return target


def _facts(call: Call, number: str) -> Facts:
    """Gather what protects against dear and unwanted calls.

    Hours and limits do not hold up a caller who waits; only a callee who was called often enough is left alone.
    """
    config, now = TelephonySettings.of(call.workspace_id), timezone.now()
    callee = Call(workspace_id=call.workspace_id, to_number=number)
    return Facts(
        now=now,
        to_number=number,
        countries=frozenset(config.allowed_countries or [call.workspace.country]),
        caller_id_verified=True,
        allow_premium=config.allow_premium,
        allow_unknown=config.allow_unknown_numbers,
        on_do_not_call=routing.on_do_not_call(callee),
        recent_attempts=routing.recent_attempts(callee, now) if config.daily_attempts_per_callee else (),
        daily_attempts=config.daily_attempts_per_callee or None,
    )


def _warm_route(call: Call) -> Route:
    """Give the way out: the number's transfer trunk, else the call's own."""
    number = call.number
    trunk = (number.transfer_trunk if number else None) or call.trunk
    hops = routing.hops_of(trunk, call.project) if trunk is not None and trunk.status == TrunkStatus.ACTIVE else ()
    if not hops:
        raise Conflict(Reason.NO_TRUNK, "No active trunk with an outbound gateway hands this call over. Provision it.")
    return Route(hops, trunk, number)


@transaction.atomic
def _begin(call: Call, target: Target, mode: TransferMode) -> None:
    """Record what is asked for, one at a time. Raises Conflict where the call is not to be handed over now."""
    now = timezone.now()
    fresh = Call.objects.select_for_update().get(pk=call.pk)
    if fresh.status != CallStatus.IN_PROGRESS or fresh.end_requested:
        raise Conflict("not_in_progress", "Only a call in progress is handed over.")
    last = fresh.events.filter(type__startswith="transfer.").order_by("at", "id").last()
    if last is not None and last.type == "transfer.completed":
        raise Conflict("transferred", "The call is handed over already.")
    if last is not None and last.type == "transfer.requested" and now - last.at < UNDER_WAY:
        raise Conflict("transfer_under_way", "The call is being handed over at this moment. Look at its timeline.")
    note(fresh, "transfer.requested", now, to=target.uri, mode=mode)


def _phone(client: LiveKitClient, call: Call) -> str:
    """Give the identity of the caller or callee. Raises LiveKitNotFound where it has left."""
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
    """Dial the third party into the room, by the next gateway where one fails."""
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
        try:
            dial.run(turn.not_after)
            return
        except DialTooLate:
            if tries == MOST_TURNS - 1:
                raise


def _own_side(call: Call) -> str:
    """Return the number of ours in a call: its caller ID, or the number called."""
    return call.from_number if call.direction == Direction.OUTBOUND else call.to_number


def _turn(route: Route, tries: int) -> Turn:
    """Wait for the trunk's turn: its calls a second hold for these dials too."""
    while True:
        with transaction.atomic():
            turn = take_turn([trunk_limit(route.trunk)], tries)
        wait_for: datetime = turn.at if isinstance(turn, Turn) else turn
        time.sleep(max(0.0, (wait_for - timezone.now()).total_seconds()))
        if isinstance(turn, Turn):
            return turn


def _failed(call: Call, mode: TransferMode, error: LiveKitError) -> Exception:
    """Write how it failed and give what to answer."""
    code = error.sip_code if isinstance(error, SipRefused) else None
    known = isinstance(error, KNOWN)
    kind = "transfer.failed" if known else "transfer.unknown"
    reason = outcome_of(error, rang=True).reason
    note(call, kind, timezone.now(), mode=mode, reason=reason, message=why_failed(error), sipStatusCode=code)
    if isinstance(error, LiveKitUnreached):
        return Unavailable(Reason.LIVEKIT_UNAVAILABLE, f"{error} The caller keeps the agent.")
    if not known:
        message = f"{error} What became of the transfer is not known. Look at the call before you ask again."
        return Conflict("transfer_unknown", message)
    return Conflict("transfer_failed", f"The call was not transferred: {why_failed(error)} The caller keeps the agent.")


def _let_go(call: Call) -> None:
    """End a call whose phone is with somebody else now."""
    try:
        ask_for_end(call, Reason.TRANSFERRED)
    except Conflict:
        settle(call.project, call.room_name)  # it left at once, and was taken for having hung up


def _agents_leave(client: LiveKitClient, call: Call) -> None:
    with suppress(LiveKitError):  # an agent that stays hears them, and is no reason to hang up on both
        for who in client.run(rooms.participants(call.room_name)):
            if who.is_agent:
                with suppress(LiveKitNotFound):
                    client.run(rooms.remove_participant(call.room_name, who.identity))
