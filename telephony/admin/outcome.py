"""Messages on the result of a sync."""

import time
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest

from accounts.admin.labels import Labels
from telephony.choices import TrunkStatus
from telephony.models import SipEndpoint, TelephonySettings, Trunk
from telephony.status_text import status_text_of
from telephony.sync.kinds import TRUNKS, RowKind
from telephony.sync.request import wait_for_sync
from telephony.trunk_states import COLORS, with_health

_BY_STATE: dict[Any, str] = {TrunkStatus.ACTIVE: "success", **COLORS}
LABELS = Labels({state.label: color for state, color in _BY_STATE.items()})
_LEVELS = {
    "success": messages.SUCCESS,
    "info": messages.SUCCESS,
    "warning": messages.WARNING,
    "danger": messages.ERROR,
}


def tell(request: HttpRequest, rows: Sequence[Trunk | SipEndpoint], kind: RowKind = TRUNKS) -> None:
    """Wait up to `PROVISION_WAIT_SECONDS` in total for LiveKit and report the result of each row. Call after commit."""
    deadline = time.monotonic() + settings.PROVISION_WAIT_SECONDS
    for row in rows:
        wait_for_sync(row.pk, max(0.0, deadline - time.monotonic()), kind=kind)
    shown = with_health(kind.rows()).defer("auth_password") if kind is TRUNKS else kind.rows().defer("sip_password")
    fresh = shown.in_bulk([row.pk for row in rows])
    projects = {
        settings_row.workspace_id: settings_row.project
        for settings_row in TelephonySettings.objects.select_related("project").filter(
            workspace__in={row.workspace_id for row in fresh.values()}
        )
    }
    for row in fresh.values():
        project = projects.get(row.workspace_id) or TelephonySettings.of(row.workspace_id).project
        status_text = status_text_of(row, project)
        messages.add_message(request, _LEVELS[status_text.color], f"{row.name}: {status_text}")
