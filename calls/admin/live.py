"""The live board: calls that dial, ring or are in progress, hung up one by one or together."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Substr
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from accounts.admin.access import Access, access_of
from accounts.admin.scoping import is_uuid
from accounts.choices import Role
from calls.choices import LIVE, CallStatus, Reason, Speaker
from calls.models import Call, TranscriptItem
from calls.presentation.status_text import COLORS, duration
from calls.services.hangup import ask_for_end, hang_up
from telephony.admin.counting import bounded, own, words
from voxa.core.errors import Conflict

SHOWN = 200  # newest live calls; the count covers the others
WORDS = 120  # characters of the last turn
_LAST = TranscriptItem.objects.filter(call=OuterRef("pk")).order_by("-started_at", "-id")
_LAST_WORDS = Subquery(_LAST.values(turn=Concat("speaker", Value("|"), Substr("text", 1, WORDS + 1)))[:1])


class LiveBoardView(View):
    """The page; on POST, hang up the selected calls."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not access_of(request).may(Role.VIEWER):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {**admin.site.each_context(request), "title": _("Live calls"), **board(request)}
        return render(request, "admin/calls/live/page.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Hang up; answer the board's script with the rows, a plain form with the page."""
        outcome = hang_up_all(_permitted(request))
        if request.headers.get("X-Requested-With") == "fetch":
            return render(request, "admin/calls/live/rows.html", {**board(request), "outcome": outcome})
        messages.info(request, outcome)
        return HttpResponseRedirect(reverse("live_board"))


class LiveRowsView(LiveBoardView):
    """The rows alone, for polling: one query besides those of the session."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "admin/calls/live/rows.html", board(request))


def board(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the rows, in the order that the calls began, so that new ones appear below."""
    access, now = access_of(request), timezone.now()
    live = own(Call.objects.filter(status__in=sorted(LIVE)), access)
    columns = live.select_related("agent", "trunk", "workspace").only(
        "agent", "trunk", "workspace", "status", "direction", "from_number", "to_number",
        "created_at", "started_at", "answered_at", "end_requested",
        "agent__name", "trunk__name", "workspace__name",
    ).annotate(last_words=_LAST_WORDS)  # fmt: skip
    newest = list(columns.order_by("-created_at", "-id")[: SHOWN + 1])
    count = len(newest) if len(newest) <= SHOWN else bounded(live)
    rows = [_row(call, now, access) for call in newest[SHOWN - 1 :: -1]]
    return {
        "rows": rows,
        "headline": _headline(count),
        "may_work": access.may(Role.OPERATOR),
        "several": access.superuser or len(access.roles) != 1,
        "now": now,
    }


def _row(call: Call, now: datetime, access: Access) -> dict[str, Any]:
    status, may_work = CallStatus(call.status), access.may(Role.OPERATOR, call.workspace_id)
    talks = status == CallStatus.IN_PROGRESS and not call.end_requested
    since = call.answered_at or call.started_at or call.created_at
    return {
        "call": call,
        "between": " → ".join([call.from_number or _("Withheld"), call.to_number]),
        "label": _("Hanging up") if call.end_requested else str(status.label),
        "color": "warning" if call.end_requested else "success" if call.answered_at else COLORS[status],
        "duration": duration(int((now - since).total_seconds())),
        "said": _said(call.last_words),  # type: ignore[attr-defined]
        "may_hang_up": may_work and not call.end_requested,
        "may_transfer": may_work and talks,
        "may_listen": talks and access.may(Role.ADMIN, call.workspace_id),
    }


def _said(turn: str | None) -> str:
    """Return who said what in the last turn, shortened; empty before the first one."""
    if not turn:
        return ""
    speaker, _bar, text = turn.partition("|")
    return f"{Speaker(speaker).label}: {text if len(text) <= WORDS else f'{text[:WORDS].rstrip()}…'}"


def _permitted(request: HttpRequest) -> list[Call]:
    """Return the calls to hang up. Raise `PermissionDenied` if one is not the user's to hang up; then none is."""
    asked = request.POST.getlist("only") or request.POST.getlist("id")  # a row's own button, or the selection
    ids = {UUID(text) for text in asked if is_uuid(text)}
    access = access_of(request)
    if len(ids) > SHOWN:
        raise PermissionDenied
    rows: QuerySet[Call] = Call.objects.filter(pk__in=ids)
    calls = list(rows if access.superuser else rows.filter(workspace__in=access.workspaces(Role.OPERATOR)))
    if len(calls) != len(ids):
        raise PermissionDenied
    return calls


def hang_up_all(calls: list[Call]) -> str:
    """Hang up the calls and return what happened. One call ends at once; tasks end several, side by side."""
    end = hang_up if len(calls) == 1 else ask_for_end
    done: Counter[bool] = Counter()
    for call in calls:
        try:
            end(call, Reason.HUNG_UP)
        except Conflict:
            done[False] += 1
        else:
            done[True] += 1
    if not calls:
        return _("Select the calls to hang up.")
    hung = ngettext("Hanging up %(count)d call.", "Hanging up %(count)d calls.", done[True])
    over = ngettext("%(count)d call had already ended.", "%(count)d calls had already ended.", done[False])
    return " ".join(text % {"count": done[did]} for did, text in ((True, hung), (False, over)) if done[did])


def _headline(count: int) -> str:
    if not count:
        return _("No live calls")
    if count > SHOWN:
        return _("%(count)s live calls, the newest %(shown)d shown") % {"count": words(count), "shown": SHOWN}
    return ngettext("%(count)d live call", "%(count)d live calls", count) % {"count": count}
