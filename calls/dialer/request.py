"""Build LiveKit's dial request from the route: caller ID, headers and ringing timeout of the trunk."""

from collections.abc import Mapping

from calls.models import Call
from calls.routing.route import Hop, Route
from telephony.livekit.rooms import Dial
from telephony.sip_headers import joined, rendered


def dial_request(
    call: Call,
    route: Route,
    hop: Hop,
    *,
    to_number: str,
    caller_id: str,
    room: str,
    identity: str,
    ringing: float,
    headers: Mapping[str, str] | None = None,
) -> Dial:
    """Return the request to dial `to_number` into a room. `ringing` seconds apply if the trunk has no ringing timeout.

    `headers` override the trunk's headers of the same name, case-insensitively.
    """
    trunk = route.trunk
    own = rendered(trunk.headers, call_id=str(call.pk), caller_id=caller_id, to=to_number) if trunk else {}
    return Dial(
        livekit_trunk_id=hop.livekit_trunk_id,
        to=route.dialed(to_number),
        caller_id=(trunk.from_user if trunk else "") or caller_id,
        display_name=trunk.display_name if trunk else "",
        headers=joined(own, headers or {}),
        room=room,
        identity=identity,
        ringing_seconds=route.ringing_seconds(ringing),
        max_seconds=call.max_duration_seconds,
        attributes={"voxa.workspace": str(call.workspace_id), "voxa.call": str(call.pk)},
    )
