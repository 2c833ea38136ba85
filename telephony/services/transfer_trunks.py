"""Transfer trunks to another phone system: outbound only, one host each."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import Workspace
from telephony.models import Trunk
from telephony.services.errors import Conflict, Problems
from telephony.services.trunks import create_trunk


def create_transfer_trunk(workspace: Workspace, data: Mapping[str, Any], *, problems: Problems) -> Trunk:
    """Create a trunk from `name`, `host`, `port`, `auth_username` and `auth_password`.

    The default port is 5060. Raise `ValidationError` with every wrong field and the caller's
    `problems`; the host is `gateways[0].ip_or_domain`.
    """
    for field in ("auth_username", "auth_password"):
        if field not in data and field not in problems:
            problems.add(field, "This field is required.", "required")
    gateway = {"ip_or_domain": data.get("host", ""), "port": data.get("port") or 5060, "inbound": False}
    rest = {name: value for name, value in data.items() if name not in ("host", "port")}
    if "host" in problems:
        problems["gateways[0].ip_or_domain"] = problems.pop("host")
    return create_trunk(workspace, {**rest, "for_transfers": True, "gateways": [gateway]}, problems=problems)


@transaction.atomic
def delete_transfer_trunk(trunk: Trunk) -> None:
    """Delete a trunk. Numbers that used it for transfers stay, without a transfer trunk.

    Raise `Conflict` (`trunk_in_use`) while it has numbers: they would be deleted with it.
    """
    for locked in Trunk.objects.select_for_update().filter(pk=trunk.pk):
        carried = locked.numbers.count()
        if carried:
            raise Conflict(
                "trunk_in_use",
                f"This trunk has {carried} phone number{'s' * (carried > 1)} for inbound calls. "
                "Move them to another trunk or remove them first.",
            )
        locked.delete()
