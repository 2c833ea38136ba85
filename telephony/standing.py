"""Where a trunk or SIP endpoint stands, in words, and what the next step is."""

from dataclasses import dataclass

from telephony.choices import TrunkStatus
from telephony.models import LiveKitProject, SipEndpoint, Trunk

COLOURS = {TrunkStatus.ACTIVE: "success", TrunkStatus.PENDING: "warning", TrunkStatus.FAILED: "danger"}


@dataclass(frozen=True)
class Standing:
    """A row's state: a headline, the reason, and what to do about it."""

    status: TrunkStatus
    headline: str
    reason: str = ""
    remedy: str = ""

    @property
    def colour(self) -> str:
        """Return the colour of the state."""
        return COLOURS[self.status]

    def __str__(self) -> str:
        return " ".join(part for part in (self.headline, self.reason, self.remedy) if part)


def standing_of(row: Trunk | SipEndpoint, project: LiveKitProject) -> Standing:
    """Return where a row stands and why."""
    status, noun = TrunkStatus(row.status), row._meta.verbose_name
    if status is TrunkStatus.ACTIVE:
        return Standing(status, f"In service: LiveKit has this {noun} as you see it here.")
    if status is TrunkStatus.FAILED:
        return Standing(
            status, f"LiveKit refused this {noun}.", row.last_error, "Correct it and save, or press Provision now."
        )
    if not project.is_configured:
        return Standing(
            status, "Saved, waiting for LiveKit.", "No LiveKit server is set up for it.", setup_remedy(project)
        )
    if row.last_error:
        return Standing(status, "Waiting for LiveKit.", row.last_error, "It is tried again by itself.")
    return Standing(status, "On its way to LiveKit.", "", "Reload in a few seconds to see the outcome.")


def setup_remedy(project: LiveKitProject) -> str:
    """Return how a LiveKit project is set up."""
    if project.is_default:
        return "Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, then restart Voxa."
    return "Give the LiveKit project its URL, key and secret."
