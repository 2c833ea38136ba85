"""Filters and search of the call list. Each one uses an index in the list's order."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter, TextFilter
from unfold.utils import parse_datetime_str

from accounts.admin.filters import OwnRowsFilter
from accounts.admin.paginator import BoundedPaginator
from accounts.models import Workspace
from calls.choices import LIVE, CallStatus
from calls.models import Attempt, Call
from calls.search_indexes import numbers_indexed
from calls.selectors import known_as
from voxa.core.phone_numbers import search_terms

EACH_SIDE = 500  # newest calls of a number that the search returns, per direction
LOOKED_THROUGH = 20_000  # newest calls that are searched for a partial number
SHORTEST_PART = 3  # digits
UNDER_WAY = "under_way"


class StatusFilter(DropdownFilter):
    """Filters by one status, or by all live statuses."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(UNDER_WAY, gettext("Live now")), *((str(value), str(label)) for value, label in CallStatus.choices)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        value = self.value()
        if value == UNDER_WAY:
            return queryset.filter(status__in=sorted(LIVE))
        return queryset.filter(status=value) if value in CallStatus.values else queryset


class SipCodeFilter(TextFilter):
    """Filters by the last SIP code: one, such as 486, or a class, such as 5xx. Other text finds nothing."""

    title = _("SIP code")
    parameter_name = "sip_status_code"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        text = (self.value() or "").strip().lower()
        if not text:
            return queryset
        if re.fullmatch(r"[1-6][0-9]{2}", text):
            return queryset.filter(sip_status_code=int(text))
        if re.fullmatch(r"[1-6]xx", text):
            return queryset.filter(sip_status_code__range=(int(text[0]) * 100, int(text[0]) * 100 + 99))
        return queryset.none()


class OwnNumberFilter(OwnRowsFilter):
    """Filters by the workspace's own number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext("own number")


class TimeRangeFilter(RangeDateTimeFilter):
    """Filters by a time range in the admin's time zone; a date without a time means the whole day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext("time")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        name, given = self.parameter_name, self.used_parameters
        for side, lookup, time in (("from", "gte", "00:00:00"), ("to", "lte", "23:59:59.999999")):
            text = f"{given.get(f'{name}_{side}_0')} {given.get(f'{name}_{side}_1') or time}"
            if (moment := _in_utc(parse_datetime_str(text))) is not None:
                queryset = queryset.filter(**{f"{name}__{lookup}": moment})
        return queryset


def _in_utc(moment: datetime | None) -> datetime | None:
    """Return a time of the page's zone in UTC; None when UTC has no such year."""
    try:
        return timezone.make_aware(moment).astimezone(UTC) if moment else None
    except OverflowError:
        return None


class CallPaginator(BoundedPaginator):
    """Counts by indexes that begin with the workspace, even when no workspace is selected.

    Measured with a million calls: counting a rare status takes 6 ms, and 316 ms with a full scan.
    """

    def counted(self) -> QuerySet[Call]:
        rows: QuerySet[Call] = super().counted()
        return rows.filter(workspace__in=Workspace.objects.values("pk"))


def find_calls(rows: QuerySet[Call], term: str, countries: Sequence[str] = ()) -> QuerySet[Call]:
    """Return the newest calls to or from a number, or the calls with an ID, SIP Call-ID or room name.

    The number may be in any format, including national formats of `countries`; without an index, a partial number is
    searched in the newest calls only. Each direction has its own index in the list's order; a joined query would make
    the database sort all rows.
    """
    text = term.strip()
    try:
        return rows.filter(pk=UUID(text))
    except ValueError:
        pass
    if text.startswith("call-"):
        tried = list(Attempt.objects.filter(room_name=text).values_list("call", flat=True))
        return rows.filter(pk__in=[*tried, *Call.objects.filter(room_name=text).values_list("pk", flat=True)[:10]])
    if with_id := known_as(text):
        return rows.filter(pk__in=with_id)
    # The indexes begin with the workspace, and a superuser's query does not filter by one.
    rows_of_all = rows.filter(workspace__in=Workspace.objects.values("pk"))
    terms = search_terms(text, countries)
    newest = rows_of_all.order_by("-created_at", "-id").values_list("pk", flat=True)
    found: set[UUID] = set()
    for spelling in {text, *(f"+{digits}" for digits in terms)}:
        found |= set(newest.filter(to_number=spelling)[:EACH_SIDE])
        found |= set(newest.filter(from_number=spelling)[:EACH_SIDE])
    if not found:
        within = newest if numbers_indexed() else newest.filter(pk__in=newest[:LOOKED_THROUGH])
        for part in (digits for digits in terms if len(digits) >= SHORTEST_PART):
            found |= set(within.filter(Q(to_number__contains=part) | Q(from_number__contains=part))[:EACH_SIDE])
    return rows.filter(pk__in=found)
