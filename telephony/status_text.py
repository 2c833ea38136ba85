"""Status text of trunks and SIP endpoints, with the next step."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from telephony.choices import UNRESOLVED, TrunkStatus
from telephony.models import LiveKitProject, SipEndpoint, Trunk, TrunkHealth
from telephony.trunk_states import COLORS, TrunkState, state_of


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
        return StatusText(TrunkState.SYNCED, _("In service: this %(noun)s is synced to LiveKit.") % {"noun": noun})
    if status is TrunkStatus.FAILED:
        headline = _("LiveKit rejected this %(noun)s.") % {"noun": noun}
        remedy = _("Correct it and save, or select Provision now.")
        return StatusText(TrunkState.FAILED, headline, row.last_error, remedy)
    if not project.is_configured:
        reason, remedy = _("LiveKit is not configured."), setup_remedy(project)
        return StatusText(TrunkState.PENDING, _("Saved, not synced yet."), reason, remedy)
    if row.last_error:
        return StatusText(TrunkState.PENDING, _("Sync pending."), row.last_error, _("It is retried automatically."))
    remedy = _("Reload in a few seconds to see the result.")
    return StatusText(TrunkState.PENDING, _("Syncing to LiveKit."), "", remedy)


def health_of(trunk: Trunk) -> TrunkHealth:
    """Return what is known of a trunk's carrier; an empty row, which is not to be saved, if nothing is."""
    return getattr(trunk, "health", None) or TrunkHealth(trunk=trunk)


def carrier_status_text(trunk: Trunk) -> StatusText:
    """Return the status text of a trunk that LiveKit has."""
    state, health = state_of(trunk), health_of(trunk)
    counts = {"answered": health.answered, "ended": health.ended}
    match state:
        case TrunkState.FAILING:
            headline = _("Every call fails: none of the last hour's %(ended)s calls was answered.") % counts
            return StatusText(state, headline, health.last_error, health.last_remedy)
        case TrunkState.DEGRADED if health.auth_failing:
            headline = _("The carrier refuses this trunk's username and password.")
            return StatusText(state, headline, health.last_error, health.last_remedy)
        case TrunkState.DEGRADED if health.check_error:
            return StatusText(state, _("A gateway did not pass its check."), health.check_error, _check())
        case TrunkState.DEGRADED if UNRESOLVED in " ".join(trunk.warnings):
            return StatusText(state, _("A gateway's host name does not resolve."), "", _("Check the name and its DNS."))
        case TrunkState.DEGRADED:
            headline = _("Low answer rate: %(answered)s of the last hour's %(ended)s calls were answered.") % counts
            return StatusText(state, headline, health.last_error, health.last_remedy)
        case TrunkState.VERIFIED if health.ended:
            headline = _("In service: %(answered)s of the last hour's %(ended)s calls were answered.") % counts
            return StatusText(state, headline)
        case TrunkState.VERIFIED:
            return StatusText(state, _("In service: the carrier responded within the last day."))
    if health.gateway_ok_at or health.answered_at:
        headline = _("Saved to LiveKit. The carrier was not verified within the last day.")
        return StatusText(TrunkState.SYNCED, headline)
    remedy = _("Check the gateways, or place a test call.")
    return StatusText(TrunkState.SYNCED, _("Saved to LiveKit. Carrier not checked yet."), "", remedy)


def _check() -> str:
    return _(
        "Check host, port and protocol with the carrier. Many carriers respond only to the address of LiveKit's SIP "
        "service: if a test call succeeds, this can be ignored."
    )


def setup_remedy(project: LiveKitProject) -> str:
    """Return how to configure a LiveKit project."""
    if project.is_default:
        return _("Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, then restart Voxa.")
    return _("Enter URL, API key and secret of the LiveKit project.")
