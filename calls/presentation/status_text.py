"""Status text of a call: what happened, why, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from calls.choices import ENDED, CallStatus, Direction, Reason
from calls.models import Attempt, Call
from calls.presentation.sip_codes import sip_name, sip_words
from telephony.livekit.dial_failures import media_words, unreachable_cause

OVERDUE = timedelta(seconds=30)  # a dispatcher claims a due call within a second
COLORS = {
    CallStatus.QUEUED: "info",
    CallStatus.DIALING: "primary",
    CallStatus.RINGING: "primary",
    CallStatus.IN_PROGRESS: "primary",
    CallStatus.COMPLETED: "success",
    CallStatus.BUSY: "warning",
    CallStatus.NO_ANSWER: "warning",
    CallStatus.FAILED: "danger",
    CallStatus.CANCELED: "default",
}

_LATER = _("Place the call again at another time.")
NEXT_STEPS: dict[Reason, Any] = {
    Reason.BUSY: _LATER,
    Reason.NO_ANSWER: _LATER,
    Reason.UNAVAILABLE: _LATER,
    Reason.DECLINED: _("Do not call again unless asked to. Add the number to the do-not-call list on request."),
    Reason.NOT_FOUND: _("Check the number called."),
    Reason.FORBIDDEN: _("Check with the carrier: allowed destinations, caller ID, account credit."),
    Reason.CARRIER_AUTH: _("Check the trunk's outbound authentication: the username or password is missing or wrong."),
    Reason.CARRIER_LIMIT: _("Lower the trunk's calls per second or max concurrent calls, or ask the carrier for more."),
    Reason.GATEWAY_ERROR: _("Add a second gateway to the trunk, or ask the carrier about the failure."),
    Reason.GATEWAY_UNREACHABLE: _(
        "Check the gateway's host, port and protocol, and the firewall between LiveKit and it."
    ),
    Reason.MEDIA_REFUSED: _(
        "Compare the trunk's media encryption with the carrier's, and ask the carrier to enable G.711 or Opus."
    ),
    Reason.REDIRECTED: _("Ask the carrier for the redirect's target address, and set it as the trunk's gateway."),
    Reason.NO_CREDIT: _("Add credit to the carrier account."),
    Reason.CALLER_ID_REFUSED: _("Verify the caller ID with the carrier, or use another number as the caller ID."),
    Reason.NOT_SUPPORTED: _("Check the SIP code and the carrier's message, or try another gateway."),
    Reason.OUTCOME_UNKNOWN: _("The callee may have been reached, so Voxa does not retry. Call again if needed."),
    Reason.LIVEKIT_REFUSED: _("Check LiveKit's message on the attempt, and correct the trunk."),
    Reason.LIVEKIT_UNAVAILABLE: _("Check that LiveKit and its SIP service are running. Queued calls are then dialed."),
    Reason.NOT_CONFIGURED: _("Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, then restart Voxa."),
    Reason.NO_TRUNK: _("Provision the trunk, or add an outbound gateway."),
    Reason.TRUNK_PAUSED: _("Resume outbound calls on the trunk's page."),
    Reason.NO_AGENT: _("Assign an agent to the number, or create an active agent for inbound calls."),
    Reason.AGENT_ABSENT: _("Check that an agent worker is running: manage.py agent_worker."),
    Reason.WORKER_LOST: _("Check the agent worker's log."),
    Reason.PROVIDER_FAILED: _("Check the agent's AI provider, its API key and the provider account's credit."),
    Reason.LAPSED: _(
        "Place the call again with a later expiry, or check why calls wait: policies, limits, dispatchers."
    ),
    Reason.CALLER_ID: _("Use a number of the workspace on an active trunk as the caller ID."),
    Reason.COUNTRY: _(
        "Add the country to the allowed destinations. "
        "An admin of the workspace can change this in the telephony settings."
    ),
    Reason.PREMIUM: _(
        "Allow premium-rate numbers. An admin of the workspace can change this in the telephony settings."
    ),
    Reason.UNKNOWN_NUMBER: _(
        "Check the number, or allow unknown numbers. "
        "An admin of the workspace can change this in the telephony settings."
    ),
    Reason.DO_NOT_CALL: _("Remove the number from the do-not-call list only if the callee asked to be called."),
    Reason.CALLING_HOURS: _(
        "Place the call within the calling hours. An admin of the workspace can change this in the telephony settings."
    ),
    Reason.CALLEE_ATTEMPTS: _(
        "Place the call on another day. An admin of the workspace can change this in the telephony settings."
    ),
    Reason.SPEND: _(
        "Raise the daily spend limit, or place the call tomorrow. "
        "An admin of the workspace can change this in the telephony settings."
    ),
    Reason.NO_AUDIO: _(
        "LiveKit ends a call after 30 s without audio. Open the SIP service's media ports (UDP) in the "
        "firewall and NAT, configure its public address, and check the carrier's media settings."
    ),
    Reason.LOST: _("Check that LiveKit sends its webhooks to /livekit/webhook."),
}


CAUSES = (Reason.GATEWAY_UNREACHABLE, Reason.GATEWAY_ERROR, Reason.MEDIA_REFUSED, Reason.CARRIER_AUTH)


@dataclass(frozen=True)
class Explanation:
    """Status text of a call: headline, reason and remedy."""

    status: CallStatus
    headline: str
    reason: str = ""
    remedy: str = ""

    @property
    def label(self) -> str:
        return str(self.status.label)

    @property
    def color(self) -> str:
        return COLORS[self.status]


def explain(call: Call, now: datetime, zone: ZoneInfo) -> Explanation:
    """Return the status text of a call. Reads `call.project` only."""
    status = CallStatus(call.status)
    if status in ENDED:
        return _ended(call, status)
    if call.end_requested:
        return Explanation(status, gettext("Hanging up."))
    if status is CallStatus.QUEUED:
        return _queued(call, status, now, zone)
    since = call.answered_at if status is CallStatus.IN_PROGRESS else call.started_at
    if status is CallStatus.IN_PROGRESS:
        if since is None:
            return Explanation(status, gettext("In conversation."))
        time = duration(round((now - since).total_seconds()))
        return Explanation(status, gettext("In conversation for %(time)s.") % {"time": time})
    if status is CallStatus.RINGING:
        outbound = call.direction == Direction.OUTBOUND
        headline = gettext("The callee's phone is ringing.") if outbound else gettext("The inbound call is ringing.")
        return Explanation(status, headline, "" if call.agent_id else gettext("No agent is configured to answer it."))
    return Explanation(status, gettext("Dialing."))


def _queued(call: Call, status: CallStatus, now: datetime, zone: ZoneInfo) -> Explanation:
    why = reason_words(call)
    if not call.project.is_configured:
        return Explanation(status, gettext("Waiting: telephony is not configured."), "", _next(Reason.NOT_CONFIGURED))
    if call.reason == Reason.TRUNK_PAUSED:
        return Explanation(status, gettext("Waiting until the trunk is resumed."), why, _next(Reason(call.reason)))
    if call.due_at and call.due_at > now:
        when = f"{call.due_at.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone.key}"
        planned = gettext("Scheduled to be dialed at %(when)s.")
        if call.attempts_made:
            planned = gettext("Scheduled to be dialed again at %(when)s.")
        return Explanation(status, planned % {"when": when}, why)
    if call.due_at and now - call.due_at > OVERDUE and not why:
        late = duration(round((now - call.due_at).total_seconds()))
        return Explanation(
            status, gettext("The call is overdue by %(late)s.") % {"late": late}, gettext("No dispatcher claimed it."),
            gettext("Check that a dispatcher is running: manage.py dispatch_calls."),
        )  # fmt: skip
    if call.reason == Reason.LIVEKIT_UNAVAILABLE:
        why = call.project.sip_error or call.project.last_error or why
        return Explanation(
            status, gettext("Waiting until LiveKit accepts calls again."), why, _next(Reason(call.reason))
        )
    return Explanation(status, gettext("The call is dialed as soon as the limits allow."), why)


def _ended(call: Call, status: CallStatus) -> Explanation:
    reason = Reason(call.reason) if call.reason in Reason.values else Reason.NONE
    why = reason_words(call)
    if status is CallStatus.COMPLETED and reason is Reason.NO_AUDIO:
        lasted = duration(call.duration_seconds or 0)
        headline = gettext("Connected for %(time)s without audio from the phone.") % {"time": lasted}
        return Explanation(status, headline, why, _next(reason))
    if status is CallStatus.COMPLETED:
        talked = duration(call.duration_seconds or 0)
        return Explanation(status, gettext("Talk time: %(time)s.") % {"time": talked}, why)
    if status is CallStatus.CANCELED:
        return Explanation(status, gettext("The call was canceled."), why)
    dialed = call.attempts_made or call.direction == Direction.INBOUND
    headline = why or gettext("The call ended for an unknown reason.")
    headline = headline if dialed else gettext("Not dialed: %(why)s") % {"why": headline}
    return Explanation(status, headline, _cause(call, reason), _next(reason))


def _next(reason: Reason) -> str:
    return str(NEXT_STEPS.get(reason, ""))


def _cause(call: Call, reason: Reason) -> str:
    """Return the specific cause of the last attempt, if the reason has several causes."""
    if reason not in CAUSES or call.sip_status_code is not None:
        return ""
    last = call.attempts.order_by("number").last()
    return ending_words(last.reason, last.sip_status_code, last.sip_status) if last is not None else ""


def attempt_words(attempt: Attempt) -> str:
    """Return how an attempt ended, with LiveKit's own message."""
    return ending_words(attempt.reason, attempt.sip_status_code, attempt.sip_status)


def ending_words(reason: str, code: int | None, text: str) -> str:
    """Return how an attempt ended, by its SIP code, or by LiveKit's message if there is none."""
    if code is not None:
        return sip_words(code)
    words = ""
    if reason == Reason.GATEWAY_UNREACHABLE:
        words = f"The gateway {unreachable_cause(text) or 'could not be reached'}."
    elif reason == Reason.MEDIA_REFUSED:
        words = media_words(text)
    elif reason in Reason.values and reason not in (Reason.NONE, Reason.LIVEKIT_REFUSED, Reason.OUTCOME_UNKNOWN):
        words = f"{Reason(reason).label}."
    return f"{words} LiveKit: {text}".strip() if words and text else words or text


def reason_words(call: Call) -> str:
    """Return the reason as a sentence, with the carrier's response."""
    reason = str(Reason(call.reason).label) if call.reason in Reason.values else call.reason
    code = call.sip_status_code
    if reason and code is not None and code >= 300:
        return gettext("%(reason)s: the carrier responded %(code)s.") % {"reason": reason, "code": sip_name(code)}
    return f"{reason}." if reason else ""


def duration(seconds: int) -> str:
    """Return a duration as text, for example `1 min 12 s`."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    said = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(said[:2]) or "0 s"
