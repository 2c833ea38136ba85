"""The live figures of the home page: a fragment that the page polls, in eight queries besides those of the session."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Avg, Count, F, FloatField, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, TruncHour
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from accounts.admin.access import Access, access_of
from accounts.choices import Role
from accounts.models import WebhookEndpoint
from calls.choices import ENDED, LIVE, CallStatus, Direction
from calls.models import AgentWorker, Call, RunningDispatcher
from calls.presentation.status_text import duration
from telephony.admin.counting import bounded, grouped, own, words
from telephony.models import TrunkHealth
from telephony.trunk_states import HOUR

HOURS = 24
MOST = 20_000  # newest calls that are counted
SHOWN = 6
BAR, GAP, HEIGHT = 20, 6, 90  # of the chart, in its own units
OUTCOMES = ("answered", "unanswered", "failed")


class FiguresView(View):
    """The fragment. It says when it was made."""

    def get(self, request: HttpRequest) -> HttpResponse:
        access = access_of(request)
        if not access.may(Role.VIEWER):
            raise PermissionDenied
        return render(request, "admin/home_figures.html", figures(access))


def figures(access: Access) -> dict[str, Any]:
    """Return the context of the fragment."""
    now, calls = timezone.now(), own(Call.objects.all(), access)
    hours, totals = by_hour(calls, now)
    failing = own(WebhookEndpoint.objects.filter(Q(failing_since__isnull=False) | ~Q(disabled_reason="")), access)
    return {
        "now": now,
        "live": words(bounded(calls.filter(status__in=sorted(LIVE)))),
        "bars": bars(hours, now),
        "chart_width": HOURS * (BAR + GAP),
        "chart_height": HEIGHT,
        "totals": [*totals, *costs(calls, now)],
        "trunks": rated_trunks(access, now),
        "processes": processes(now) if access.superuser else [],
        "webhooks": list(failing.defer("secret", "previous_secret")[:SHOWN]),
    }


_LATENCY = Cast(KeyTextTransform("turnSecondsMedian", "conversation__measures"), FloatField())


def by_hour(calls: QuerySet[Call], now: datetime) -> tuple[dict[datetime, dict[str, int]], list[tuple[str, str]]]:
    """Return the ended calls of the last day by hour and outcome, and what they amount to, in one query."""
    newest = _newest(calls, now).filter(status__in=ENDED)
    answered = Q(answered_at__isnull=False)
    rows = newest.order_by().annotate(hour=TruncHour("created_at")).values("hour").annotate(
        count=Count("pk"),
        answered=Count("pk", filter=answered),
        failed=Count("pk", filter=Q(status=CallStatus.FAILED) & ~answered),
        seconds=Avg("duration_seconds", filter=answered),
        waited=Avg(F("answered_at") - F("started_at"), filter=answered),
        measured=Count(_LATENCY),
        latency=Avg(_LATENCY),
    )  # fmt: skip
    found: list[Any] = list(rows)
    hours = {
        row["hour"]: {
            "answered": row["answered"],
            "unanswered": row["count"] - row["answered"] - row["failed"],
            "failed": row["failed"],
        }
        for row in found
    }
    return hours, _totals(found)


def _newest(calls: QuerySet[Call], now: datetime) -> QuerySet[Call]:
    recent = calls.filter(created_at__gte=now - timedelta(hours=HOURS))
    return Call.objects.filter(pk__in=recent.order_by("-created_at", "-id").values("pk")[:MOST]).order_by()


def costs(calls: QuerySet[Call], now: datetime) -> list[tuple[str, str]]:
    """Return what outbound talk time cost in each currency, at the workspaces' present prices; none without a price."""
    priced = _newest(calls, now).filter(
        direction=Direction.OUTBOUND, duration_seconds__gt=0, workspace__telephony_settings__price_per_minute__gt=0
    )
    rows = priced.values_list("workspace__telephony_settings__currency").annotate(
        cost=Sum(F("duration_seconds") * F("workspace__telephony_settings__price_per_minute"))
    )
    return [(_("Cost"), f"{grouped(cost / 60, 2)} {currency}".rstrip()) for currency, cost in rows.order_by("-cost")]


def _totals(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    count, answered = sum(row["count"] for row in rows), sum(row["answered"] for row in rows)
    seconds = sum((row["seconds"] or 0) * row["answered"] for row in rows)
    measured = sum(row["measured"] for row in rows)
    latency = sum((row["latency"] or 0) * row["measured"] for row in rows)
    waited = sum((row["waited"] or timedelta()).total_seconds() * row["answered"] for row in rows)
    none = _("None yet")
    return [
        (_("Calls ended"), grouped(count)),
        (_("Answer rate"), f"{round(100 * answered / count)}%" if count else none),
        (_("Average duration"), duration(round(seconds / answered)) if answered else none),
        (_("Average time to answer"), duration(round(waited / answered)) if answered else none),
        (_("Response latency"), f"{grouped(latency / measured, 1)} s" if measured else none),
        (_("Minutes"), grouped(round(seconds / 60))),
    ]


def bars(hours: dict[datetime, dict[str, int]], now: datetime) -> list[dict[str, Any]]:
    """Return the stacked bars of the chart, oldest hour first."""
    this = now.replace(minute=0, second=0, microsecond=0)
    by_start = {hour.timestamp(): counts for hour, counts in hours.items()}
    most = max((sum(counts.values()) for counts in hours.values()), default=0) or 1
    found = []
    for place in range(HOURS):
        hour = this - timedelta(hours=HOURS - 1 - place)
        counts = by_start.get(hour.timestamp(), dict.fromkeys(OUTCOMES, 0))
        top, parts = float(HEIGHT), []
        for outcome in OUTCOMES:
            tall = round(counts[outcome] / most * HEIGHT, 1)
            top -= tall
            parts.append({"outcome": outcome, "y": round(top, 1), "height": tall})
        found.append({"hour": hour, "x": place * (BAR + GAP), "width": BAR, "counts": counts, "parts": parts})
    return found


def rated_trunks(access: Access, now: datetime) -> list[TrunkHealth]:
    """Return the trunks with the most calls of the last hour that were not answered."""
    rows = own(TrunkHealth.objects.filter(ended__gt=0, counted_at__gte=now - HOUR), access, "trunk__workspace")
    worst = rows.select_related("trunk").defer("trunk__auth_password").order_by(F("answered") - F("ended"), "trunk")
    return list(worst[:SHOWN])


def processes(now: datetime) -> list[tuple[str, int]]:
    """Count the running dispatchers and agent workers, for superusers. The sandbox needs no worker."""
    dispatchers = RunningDispatcher.objects.filter(seen_at__gt=now - RunningDispatcher.AWAY_AFTER)
    workers = AgentWorker.objects.filter(seen_at__gt=now - AgentWorker.AWAY_AFTER)
    counts = [(_("Dispatchers"), dispatchers.count()), (_("Agent workers"), workers.count())]
    return counts[:1] if settings.LIVEKIT_IS_SANDBOX and not counts[1][1] else counts
