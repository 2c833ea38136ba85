"""New calls announce themselves on the list: a poll of one query, and a button that shows them."""

from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, ngettext

MOST = 100  # counted
EVERY = 5  # seconds


def poller(request: HttpRequest, since: datetime | None = None, count: int = 0) -> dict[str, Any]:
    """Return the context of the poller: the list's own filters, and what was announced already."""
    query = request.GET.copy()
    for name in ("since", "known", "p"):
        query.pop(name, None)
    a_list = reverse("admin:calls_call_changelist")
    query_text = query.urlencode()
    more = urlencode({"since": (since or timezone.now()).isoformat(), "known": count})
    words = (
        gettext("%(count)d or more new calls") % {"count": MOST}
        if count >= MOST
        else ngettext("%(count)d new call", "%(count)d new calls", count) % {"count": count}
    )
    return {
        "newer_url": f"{reverse('admin:calls_call_newer')}?{more}{'&' if query_text else ''}{query_text}",
        "newer_list": f"{a_list}?{query_text}" if query_text else a_list,
        "newer_words": words if count else "",
        "newer_seconds": EVERY,
    }


def newer_view(page: Any, request: HttpRequest) -> HttpResponse:
    """Count the calls since the list was shown that match its search and filters. 204: no more than announced."""
    if not page.has_view_permission(request):
        raise PermissionDenied
    asked, given = request.GET, request.GET.copy()
    since = _moment(asked.get("since", ""))
    for name in ("since", "known"):
        given.pop(name, None)
    if since is None:
        return HttpResponse(status=400)
    request.GET = cast(Any, given)  # what the list reads
    try:
        rows = page.get_changelist_instance(request).queryset.filter(created_at__gt=since)
    except IncorrectLookupParameters:
        return HttpResponse(status=400)
    count = rows.order_by()[:MOST].count()
    if str(count) == asked.get("known"):
        return HttpResponse(status=204)
    return render(request, "admin/calls/call/newer.html", poller(request, since, count))


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
        return found.astimezone(UTC) if found and timezone.is_aware(found) else None
    except (ValueError, OverflowError):  # UTC has no such year
        return None
