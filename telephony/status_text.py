"""Status text of trunks and SIP endpoints, with the next step."""

from dataclasses import dataclass

from telephony.choices import TrunkStatus
from telephony.models import LiveKitProject, SipEndpoint, Trunk

COLOURS = {TrunkStatus.ACTIVE: "success", TrunkStatus.PENDING: "warning", TrunkStatus.FAILED: "danger"}


@dataclass(frozen=True)
class Standing:
    """A row's status: headline, reason and remedy."""

    status: TrunkStatus
    headline: str
    reason: str = ""
    remedy: str = ""

    @property
    def colour(self) -> str:
        """Return the color of the status."""
        return COLOURS[self.status]

    def __str__(self) -> str:
        return " ".join(part for part in (self.headline, self.reason, self.remedy) if part)


def standing_of(row: Trunk | SipEndpoint, project: LiveKitProject) -> Standing:
    """Return the status text of a row."""
    status, noun = TrunkStatus(row.status), row._meta.verbose_name
    if status is TrunkStatus.ACTIVE:
        return Standing(status, f"In service: this {noun} is synced to LiveKit.")
    if status is TrunkStatus.FAILED:
        return Standing(
            status, f"LiveKit rejected this {noun}.", row.last_error, "Correct it and save, or select Provision now."
        )
    if not project.is_configured:
        return Standing(status, "Saved, not synced yet.", "LiveKit is not configured.", setup_remedy(project))
    if row.last_error:
        return Standing(status, "Sync pending.", row.last_error, "It is retried automatically.")
    return Standing(status, "Syncing to LiveKit.", "", "Reload in a few seconds to see the result.")


def setup_remedy(project: LiveKitProject) -> str:
    """Return how to configure a LiveKit project."""
    if project.is_default:
        return "Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, then restart Voxa."
    return "Enter URL, API key and secret of the LiveKit project."
