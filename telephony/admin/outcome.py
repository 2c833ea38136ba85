"""What became of a sync, in words: where a trunk or SIP endpoint stands and what the next step is."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest

from telephony.choices import TrunkStatus
from telephony.models import LiveKitProject, SipEndpoint, TelephonySettings, Trunk
from telephony.sync.kinds import TRUNKS, RowKind
from telephony.sync.request import wait_for_sync

COLOURS = {TrunkStatus.ACTIVE: "success", TrunkStatus.PENDING: "warning", TrunkStatus.FAILED: "danger"}
LABELS = {TrunkStatus(status).label: colour for status, colour in COLOURS.items()}
_LEVELS = {
    TrunkStatus.ACTIVE: messages.SUCCESS,
    TrunkStatus.PENDING: messages.WARNING,
    TrunkStatus.FAILED: messages.ERROR,
}


@dataclass(frozen=True)
class Standing:
    """A row's state: a headline, the reason, and what to do about it."""

    status: TrunkStatus
    headline: str
    reason: str = ""
    remedy: str = ""

    @property
    def colour(self) -> str:
        """Give the colour of the state."""
        return COLOURS[self.status]

    def __str__(self) -> str:
        return " ".join(part for part in (self.headline, self.reason, self.remedy) if part)


def standing_of(row: Trunk | SipEndpoint, project: LiveKitProject) -> Standing:
    """Say where a row stands and why."""
    status, noun = TrunkStatus(row.status), row._meta.verbose_name
    if status is TrunkStatus.ACTIVE:
        return Standing(status, f"In service: LiveKit has this {noun} as you see it here.")
    if status is TrunkStatus.FAILED:
        return Standing(
            status, f"LiveKit refused this {noun}.", row.last_error, "Correct it and save, or press Provision now."
        )
    if not project.is_configured:
        return Standing(
            status, "Saved, waiting for LiveKit.", "No LiveKit server is set up for it.", _setup_remedy(project)
        )
    if row.last_error:
        return Standing(status, "Waiting for LiveKit.", row.last_error, "It is tried again by itself.")
    return Standing(status, "On its way to LiveKit.", "", "Reload in a few seconds to see the outcome.")


def _setup_remedy(project: LiveKitProject) -> str:
    if project.is_default:
        return "Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, then restart Voxa."
    return "Give the LiveKit project its URL, key and secret."


def tell(request: HttpRequest, rows: Sequence[Trunk | SipEndpoint], kind: RowKind = TRUNKS) -> None:
    """Wait a moment for LiveKit, `PROVISION_WAIT_SECONDS` in all, and tell how each row fared. Call after commit."""
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
