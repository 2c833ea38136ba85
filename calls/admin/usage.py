"""Usage: calls, answered calls and minutes per day, as a chart and per number."""

import json
from datetime import date, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter
from unfold.decorators import display

from accounts.admin.filters import OwnRowsFilter
from accounts.admin.labels import Labels
from accounts.admin.number_search import numbers_like
from accounts.admin.scoping import ScopedAdmin
from calls.choices import CallStatus, Direction
from calls.models import UsageDay
from calls.presentation.status_text import COLORS

DAYS = 30  # of the chart, unless the filter sets a range
MOST_DAYS = 92


class DirectionFilter(DropdownFilter):
    title = _("direction")
    parameter_name = "direction"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in Direction.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[UsageDay]) -> QuerySet[UsageDay]:
        return queryset.filter(direction=self.value()) if self.value() in Direction.values else queryset


@admin.register(UsageDay)
class UsageDayAdmin(ScopedAdmin):
    """Readable by every member. The chart shows the filtered rows."""

    empty = _("Calls are counted here per day when they end.")
    list_display = ["day", "own_number", "way", "result", "calls", "answered", "minutes", "workspace"]
    list_display_links = None
    list_select_related = ["workspace"]
    list_filter = [("day", RangeDateFilter), DirectionFilter, ("workspace", OwnRowsFilter)]
    search_fields = ["number"]
    search_help_text = _("Full or partial number of the workspace, in any format")
    ordering = ["-day", "-id"]
    sortable_by: ClassVar[list[str]] = []
    actions = None
    list_before_template = "admin/calls/usageday/chart.html"
    fieldsets = [(None, {"fields": [("day", "own_number"), ("way", "result"), ("calls", "answered", "minutes")]})]
    readonly_fields = ["day", "own_number", "way", "result", "calls", "answered", "minutes"]

    @display(description=_("Workspace number"))
    def own_number(self, row: UsageDay) -> str:
        return row.number or gettext("Unknown")

    @display(description=_("Direction"))
    def way(self, row: UsageDay) -> str:
        return str(Direction(row.direction).label)

    @display(description=_("Outcome"), label=Labels({status.label: color for status, color in COLORS.items()}))
    def result(self, row: UsageDay) -> str:
        return str(CallStatus(row.outcome).label)

    @display(description=_("Minutes"))
    def minutes(self, row: UsageDay) -> str:
        return f"{row.seconds / 60:,.1f}"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        asked = numbers_like(request, search_term, ["number"])
        return (queryset.filter(asked) if asked else queryset.none()), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        answer: Any = super().changelist_view(request, {"title": gettext("Usage"), **(extra_context or {})})
        context = getattr(answer, "context_data", None) or {}
        if "cl" in context:
            chosen = any(name.startswith("day_") and value for name, value in request.GET.items())
            context |= chart_of(context["cl"].queryset, chosen=chosen)
            answer.context_data = context
        return answer  # type: ignore[no-any-return]


def chart_of(rows: QuerySet[UsageDay], *, chosen: bool) -> dict[str, Any]:
    """Sum the rows by day: the last 30 days, or the `chosen` days, at most the newest 92."""
    if not chosen:
        rows = rows.filter(day__gt=timezone.now().date() - timedelta(days=DAYS))
    sums = rows.order_by("-day").values("day").annotate(c=Sum("calls"), a=Sum("answered"), s=Sum("seconds"))
    by_day = {row["day"]: (row["c"], row["a"], row["s"] / 60) for row in sums[:MOST_DAYS]}
    days = _every(min(by_day), max(by_day)) if by_day else []
    nothing = (0, 0, 0.0)
    calls, answered, minutes = ([by_day.get(day, nothing)[place] for day in days] for place in range(3))
    total = sum(calls)
    return {
        "usage_from": days[0] if days else None,
        "usage_to": days[-1] if days else None,
        "usage_totals": [
            ("Calls", f"{total:,}"),
            ("Answered", f"{sum(answered):,}"),
            (gettext("Answer rate (ASR)"), f"{100 * sum(answered) / total:.0f}%" if total else "none"),
            ("Minutes", f"{sum(minutes):,.0f}"),
        ],
        "calls_chart": _data(days, ("Answered", answered, "600"), ("Calls", calls, "300")),
        "minutes_chart": _data(days, ("Minutes", [round(value, 1) for value in minutes], "600")),
    }


def _every(first: date, last: date) -> list[date]:
    """Return every day of a range, so that days without calls appear in the chart."""
    return [first + timedelta(days=n) for n in range(min((last - first).days, 366) + 1)]


def _data(days: list[date], *series: tuple[str, list[Any], str]) -> str:
    datasets = [
        {
            "label": label,
            "data": values,
            "backgroundColor": f"var(--color-primary-{shade})",
            "displayYAxis": True,
            "maxTicksXLimit": 12,
        }
        for label, values, shade in series
    ]
    return json.dumps({"labels": [f"{day:%b} {day.day}" for day in days], "datasets": datasets})
