"""Status text of trunks and SIP endpoints, with the next step."""

from dataclasses import dataclass

from telephony.choices import UNRESOLVED, TrunkStatus
from telephony.models import LiveKitProject, SipEndpoint, Trunk, TrunkHealth
from telephony.trunk_states import COLORS, TrunkState, state_of

NOT_CHECKED = "Saved to LiveKit. Carrier not checked yet."


@dataclass(frozen=True)
class StatusText:
    """A row's status: state, headline, reason and remedy."""

    status: TrunkState
    headline: str
    reason: str = ""
    remedy: str = ""

    @property
    def color(self) -> str:
        """Return the color of the status."""
        return COLORS[self.status]

    def __str__(self) -> str:
        return " ".join(part for part in (self.headline, self.reason, self.remedy) if part)


def status_text_of(row: Trunk | SipEndpoint, project: LiveKitProject) -> StatusText:
    """Return the status text of a row; of an active trunk, what its carrier makes of it."""
    status, noun = TrunkStatus(row.status), row._meta.verbose_name
    if status is TrunkStatus.ACTIVE and isinstance(row, Trunk):
        return carrier_status_text(row)
    if status is TrunkStatus.ACTIVE:
        return StatusText(TrunkState.SYNCED, f"In service: this {noun} is synced to LiveKit.")
    if status is TrunkStatus.FAILED:
        remedy = "Correct it and save, or select Provision now."
        return StatusText(TrunkState.FAILED, f"LiveKit rejected this {noun}.", row.last_error, remedy)
    if not project.is_configured:
        reason, remedy = "LiveKit is not configured.", setup_remedy(project)
        return StatusText(TrunkState.PENDING, "Saved, not synced yet.", reason, remedy)
    if row.last_error:
        return StatusText(TrunkState.PENDING, "Sync pending.", row.last_error, "It is retried automatically.")
    return StatusText(TrunkState.PENDING, "Syncing to LiveKit.", "", "Reload in a few seconds to see the result.")


def health_of(trunk: Trunk) -> TrunkHealth:
    """Return what is known of a trunk's carrier; an empty row, which is not to be saved, if nothing is."""
    return getattr(trunk, "health", None) or TrunkHealth(trunk=trunk)


def carrier_status_text(trunk: Trunk) -> StatusText:
    """Return the status text of a trunk that LiveKit has."""
    state, health = state_of(trunk), health_of(trunk)
    calls = f"{health.answered} of the last hour's {health.ended} calls"
    match state:
        case TrunkState.FAILING:
            headline = f"Every call fails: none of the last hour's {health.ended} calls was answered."
            return StatusText(state, headline, health.last_error, health.last_remedy)
        case TrunkState.DEGRADED if health.auth_failing:
            headline = "The carrier refuses this trunk's username and password."
            return StatusText(state, headline, health.last_error, health.last_remedy)
        case TrunkState.DEGRADED if health.check_error:
            return StatusText(state, "A gateway did not pass its check.", health.check_error, _CHECK)
        case TrunkState.DEGRADED if UNRESOLVED in " ".join(trunk.warnings):
            return StatusText(state, "A gateway's host name does not resolve.", "", "Check the name and its DNS.")
        case TrunkState.DEGRADED:
            headline = f"Low answer rate: {calls} were answered."
            return StatusText(state, headline, health.last_error, health.last_remedy)
        case TrunkState.VERIFIED if health.ended:
            return StatusText(state, f"In service: {calls} were answered.")
        case TrunkState.VERIFIED:
            return StatusText(state, "In service: the carrier responded within the last day.")
    if health.gateway_ok_at or health.answered_at:
        return StatusText(TrunkState.SYNCED, "Saved to LiveKit. The carrier was not verified within the last day.")
    return StatusText(TrunkState.SYNCED, NOT_CHECKED, "", "Check the gateways, or place a test call.")


_CHECK = (
    "Check host, port and protocol with the carrier. Many carriers respond only to the address of LiveKit's SIP "
    "service: if a test call succeeds, this can be ignored."
)


def setup_remedy(project: LiveKitProject) -> str:
    """Return how to configure a LiveKit project."""
    if project.is_default:
        return "Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, then restart Voxa."
    return "Enter URL, API key and secret of the LiveKit project."
