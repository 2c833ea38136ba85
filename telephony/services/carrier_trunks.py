"""Outbound trunks from a carrier preset, created together with what they are in LiveKit, or not at all."""

from collections.abc import Sequence
from typing import Any

from accounts.errors import Unavailable
from accounts.models import Workspace
from telephony import selectors
from telephony.carriers import CARRIERS
from telephony.choices import MediaEncryption, Transport
from telephony.models import TelephonySettings, Trunk
from telephony.services.errors import Conflict
from telephony.services.numbers import taken
from telephony.services.trunks import create_trunk, delete_trunk
from telephony.sync.request import wait_for_sync

WAIT = 10.0  # seconds; LiveKit's own deadline is 5, and the message to a worker takes a moment


def create_outbound(
    workspace: Workspace,
    carrier: str,
    *,
    name: str,
    numbers: Sequence[str],
    host: str | None = None,
    port: int | None = None,
    from_host: str = "",
    username: str = "",
    password: str | None = None,
) -> str:
    """Create a trunk that only dials out, wait until LiveKit holds it, and give its `ST_` id there.

    What is left out comes from the preset. Call it outside of a transaction. Raises ValidationError with every wrong
    field, Conflict naming the numbers that are taken, and Unavailable when LiveKit did not create it: then nothing
    stays, neither rows nor what LiveKit may have made without our hearing of it.
    """
    preset = CARRIERS[carrier]
    port = port or preset.port
    protocol = preset.transport(port)
    data: dict[str, Any] = {
        "name": name,
        "carrier": carrier,
        "auth_username": username,
        "auth_password": password,
        "from_host": from_host,
        "tech_prefix": preset.tech_prefix,
        "leading_plus": preset.leading_plus,
        "country": preset.country,
        # SRTP's keys travel in the signalling, so a carrier that wants it wants it over TLS.
        "media_encryption": preset.media_encryption if protocol == Transport.TLS else MediaEncryption.DISABLE,
        "gateways": [{"ip_or_domain": host or preset.host, "port": port, "protocol": protocol, "inbound": False}],
        "numbers": numbers,
    }
    try:
        trunk = create_trunk(workspace, data)
    except Conflict as conflict:
        if conflict.code != "number_taken":
            raise
        words = ", ".join(taken(workspace, numbers)) or "One of these numbers"
        raise Conflict(
            conflict.code, f"{words}: already in use on this LiveKit server. Choose another number.", "numbers"
        ) from None
    return _provisioned(trunk)


def _provisioned(trunk: Trunk) -> str:
    """Return the trunk's id in LiveKit once it stands there; otherwise delete it. Raises Unavailable."""
    wait_for_sync(trunk.pk, WAIT, even_if_away=True)
    after = selectors.trunks(trunk.workspace).filter(pk=trunk.pk).first()
    if after is not None and (livekit_id := selectors.livekit_ids(after).outbound):
        return livekit_id
    delete_trunk(trunk)
    raise Unavailable("trunk_not_created", f"The trunk was not created. {_reason(after)} Nothing was left behind.")


def _reason(trunk: Trunk | None) -> str:
    if trunk is None:
        return "It was deleted meanwhile."
    if trunk.last_error:
        reason, again, _ = trunk.last_error.partition(" It is tried again")  # by the sync, but the trunk is gone now
        return f"{reason} Try again later." if again else reason
    if not TelephonySettings.of(trunk.workspace_id).project.is_configured:
        return "LiveKit is not configured here; the operator must do that."
    return "LiveKit did not answer in time. Try again."
