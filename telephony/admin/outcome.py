"""What became of a sync, in words: where a trunk stands and what the next step is."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest

from telephony.choices import TrunkStatus
from telephony.models import LiveKitProject, TelephonySettings, Trunk
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
    """A trunk's state: a headline, the reason, and what to do about it."""

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


def standing_of(trunk: Trunk, project: LiveKitProject) -> Standing:
    """Say where a trunk stands and why."""
    status = TrunkStatus(trunk.status)
    if status is TrunkStatus.ACTIVE:
        return Standing(status, "In service: LiveKit has this trunk as you see it here.")
    if status is TrunkStatus.FAILED:
        return Standing(
            status, "LiveKit refused this trunk.", trunk.last_error, "Correct it and save, or press Provision now."
        )
    if not project.is_configured:
        return Standing(
            status, "Saved, waiting for LiveKit.", "No LiveKit server is set up for it.", _setup_remedy(project)
        )
    if trunk.last_error:
        return Standing(status, "Waiting for LiveKit.", trunk.last_error, "It is tried again by itself.")
    return Standing(status, "On its way to LiveKit.", "", "Reload in a few seconds to see the outcome.")


def _setup_remedy(project: LiveKitProject) -> str:
    if project.is_default:
        return "Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, then restart Voxa."
    return "Give the LiveKit project its URL, key and secret."


def tell(request: HttpRequest, trunks: Sequence[Trunk]) -> None:
    """Wait a moment for LiveKit, `PROVISION_WAIT_SECONDS` in all, and tell how each trunk fared. Call after commit."""
    deadline = time.monotonic() + settings.PROVISION_WAIT_SECONDS
    for trunk in trunks:
        wait_for_sync(trunk.pk, max(0.0, deadline - time.monotonic()))
    fresh = Trunk.objects.defer("auth_password").in_bulk([trunk.pk for trunk in trunks])
    projects = {
        row.workspace_id: row.project
        for row in TelephonySettings.objects.select_related("project").filter(
            workspace__in={trunk.workspace_id for trunk in fresh.values()}
        )
    }
    for trunk in fresh.values():
        project = projects.get(trunk.workspace_id) or TelephonySettings.of(trunk.workspace_id).project
        standing = standing_of(trunk, project)
        messages.add_message(request, _LEVELS[standing.status], f"{trunk.name}: {standing}")
