"""Calls on the dashboard: live calls, today's refused calls by reason, and the steps of a first run."""

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.admin.access import access_of
from accounts.admin.workspace_switch import has_workspaces
from accounts.models import User
from accounts.services.invitations import open_invitations
from calls.admin import first_run
from calls.choices import LIVE, CallStatus, Direction, Reason
from calls.models import Call
from calls.presentation.status_text import COLORS, NEXT_STEPS
from telephony.admin import dashboard as telephony
from telephony.admin.counting import grouped, own, words

SHOWN = 6
LOOKED_AT = 5_000  # failed calls of today that are counted by reason, at most
REFUSALS = (
    Reason.CALLER_ID, Reason.COUNTRY, Reason.PREMIUM, Reason.DO_NOT_CALL, Reason.CALLING_HOURS,
    Reason.CALLEE_ATTEMPTS, Reason.SPEND, Reason.NO_TRUNK,
)  # fmt: skip


@dataclass(frozen=True)
class Refused:
    """Number of calls refused today for one reason, with a remedy."""

    words: str
    count: str
    remedy: str


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the call figures to the dashboard's context (called by unfold)."""
    calls = own(Call.objects.all(), access_of(request))
    live = calls.filter(status__in=sorted(LIVE))
    setup = first_run.rows(request)
    more = {"live": live, "queued": calls.filter(status=CallStatus.QUEUED), "calls": calls}
    context = telephony.dashboard(request, context, {**more, **setup})
    counts, board = context["counts"], context["board"]
    large = ("metadata", "variables", "agent_overrides")
    newest = live.select_related("agent").defer("agent__provider_key", *large)[:SHOWN] if counts["live"] else ()
    context["invitations"] = None if has_workspaces(request) else open_invitations(cast(User, request.user))
    context["steps"] = first_run.steps(counts) if setup else []
    context["live_calls"] = [(call, COLORS[CallStatus(call.status)]) for call in newest]
    context["refused"] = refused(calls) if counts["calls"] else []
    if counts["calls"]:  # a new workspace needs no zeros
        board.figures = reverse("home_figures")
        board.tiles.insert(0, under_way(counts["live"], counts["queued"]))
    return context


def under_way(live: int, queued: int) -> telephony.Tile:
    """Return the tile of live and queued calls."""
    note = _("%(count)s queued") % {"count": words(queued)} if queued else _("none queued")
    return telephony.Tile(_("Live calls"), words(live), note, reverse("live_board"), "info" if live else "")


def refused(calls: QuerySet[Call]) -> list[Refused]:
    """Count the calls that policies refused since midnight UTC, by reason."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    today = calls.filter(status=CallStatus.FAILED, direction=Direction.OUTBOUND, created_at__gte=midnight)
    some = today.order_by("-created_at", "-id").values("pk")[:LOOKED_AT]
    rows = Call.objects.filter(pk__in=some, reason__in=REFUSALS).order_by().values("reason")
    return [
        Refused(str(Reason(row["reason"]).label), grouped(row["count"]), str(NEXT_STEPS.get(Reason(row["reason"]), "")))
        for row in rows.annotate(count=Count("pk")).order_by("-count")
    ]
