"""Messages on the result of a sync."""

import time
from collections.abc import Sequence

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest

from telephony.choices import TrunkStatus
from telephony.models import SipEndpoint, TelephonySettings, Trunk
from telephony.status_text import COLOURS, standing_of
from telephony.sync.kinds import TRUNKS, RowKind
from telephony.sync.request import wait_for_sync

LABELS = {TrunkStatus(status).label: colour for status, colour in COLOURS.items()}
_LEVELS = {
    TrunkStatus.ACTIVE: messages.SUCCESS,
    TrunkStatus.PENDING: messages.WARNING,
    TrunkStatus.FAILED: messages.ERROR,
}


def tell(request: HttpRequest, rows: Sequence[Trunk | SipEndpoint], kind: RowKind = TRUNKS) -> None:
    """Wait up to `PROVISION_WAIT_SECONDS` in total for LiveKit and report the result of each row. Call after commit."""
    deadline = time.monotonic() + settings.PROVISION_WAIT_SECONDS
    for row in rows:
        wait_for_sync(row.pk, max(0.0, deadline - time.monotonic()), kind=kind)
    shown = kind.rows().only("name", "workspace_id", "status", "last_error")
    fresh = shown.in_bulk([row.pk for row in rows])
    projects = {
        settings_row.workspace_id: settings_row.project
        for settings_row in TelephonySettings.objects.select_related("project").filter(
            workspace__in={row.workspace_id for row in fresh.values()}
        )
    }
    for row in fresh.values():
        project = projects.get(row.workspace_id) or TelephonySettings.of(row.workspace_id).project
        standing = standing_of(row, project)
        messages.add_message(request, _LEVELS[standing.status], f"{row.name}: {standing}")
