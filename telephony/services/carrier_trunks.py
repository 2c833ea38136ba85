"""Create outbound trunks from a carrier preset, together with their LiveKit objects or not at all."""

from collections.abc import Sequence
from typing import Any

from accounts.models import Workspace
from telephony import selectors
from telephony.carriers.presets import CARRIERS
from telephony.choices import MediaEncryption, Transport
from telephony.models import TelephonySettings, Trunk
from telephony.services.errors import Conflict
from telephony.services.numbers import taken
from telephony.services.trunks import create_trunk, delete_trunk
from telephony.sync.request import wait_for_sync
from voxa.core.errors import Unavailable

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
    """Create an outbound trunk, wait until it is provisioned, and return its `ST_` id.

    Missing values come from the preset. Call it outside of a transaction. Raise `ValidationError` with every wrong
    field, `Conflict` with the numbers that are taken, and `Unavailable` if LiveKit did not create it: then nothing
    remains, neither rows nor LiveKit objects.
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
        # SRTP keys are part of the signaling, so SRTP requires TLS.
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
    """Return the trunk's LiveKit id once it exists; otherwise delete the trunk and raise `Unavailable`."""
    wait_for_sync(trunk.pk, WAIT, even_if_away=True)
    after = selectors.trunks(trunk.workspace).filter(pk=trunk.pk).first()
    if after is not None and (livekit_id := selectors.livekit_ids(after).outbound):
        return livekit_id
    delete_trunk(trunk)
    raise Unavailable("trunk_not_created", f"The trunk was not created. {_reason(after)} No data was kept.")


def _reason(trunk: Trunk | None) -> str:
    if trunk is None:
        return "It was deleted in the meantime."
    if trunk.last_error:
        reason, again, _ = trunk.last_error.partition(" It will be retried")  # by the sync, but the trunk is gone now
        return f"{reason} Try again later." if again else reason
    if not TelephonySettings.of(trunk.workspace_id).project.is_configured:
        return "LiveKit is not configured. Ask the operator to configure it."
    return "LiveKit did not respond in time. Try again."
