"""The health page: findings of the last checks, with a button to check again."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.admin.access import Access, access_of
from accounts.admin.times import when
from accounts.choices import Role
from accounts.models import Workspace
from telephony.models import HealthCheck
from telephony.services.health_checks import latest, request_check
from voxa.core.doctor.findings import Severity
from voxa.core.doctor.registry import Group

SHOWN = 200  # findings on the page
REFRESH = 3  # seconds, while a check runs
HEADINGS = {
    Group.SETTINGS: _("Settings"),
    Group.DATABASE: _("Database"),
    Group.PROCESSES: _("Processes"),
    Group.LIVEKIT: _("LiveKit"),
    Group.TRUNKS: _("Trunks"),
    Group.GATEWAYS: _("Gateways"),
    Group.NUMBERS: _("Numbers"),
    Group.ENDPOINTS: _("SIP endpoints"),
    Group.AGENTS: _("Agents"),
    Group.CALLS: _("Calls"),
    Group.WEBHOOKS: _("Webhooks"),
    Group.KEYS: _("API keys"),
}


@dataclass(frozen=True)
class Counts:
    """Findings that the user may see, and whether there was a check at all."""

    errors: int = 0
    total: int = 0
    checked: bool = False

    @property
    def state(self) -> str:
        """Return the state in words."""
        if self.total:
            return (
                gettext("%(count)s affecting calls") % {"count": self.errors}
                if self.errors
                else gettext("none affects calls")
            )
        return gettext("no problems found") if self.checked else gettext("not checked yet")


def counts_of(request: HttpRequest) -> Counts:
    """Count the findings, read once per request."""
    found = [finding for row in _rows(request) for finding in row.findings]
    errors = sum(finding["severity"] == Severity.ERROR for finding in found)
    return Counts(errors, len(found), any(row.finished_at for row in _rows(request)))


def headline(counts: Counts) -> str:
    """Return what the page begins with."""
    if counts.errors:
        words = ngettext("%(count)d finding that affects calls", "%(count)d findings that affect calls", counts.errors)
        return words % {"count": counts.errors}
    if counts.total:
        return gettext("No finding affects calls")
    return gettext("No problems found") if counts.checked else gettext("Not checked yet")


def badge(request: HttpRequest) -> dict[str, Any]:
    """Return the count beside the menu item, if there are findings."""
    counts = counts_of(request)
    if not counts.total:
        return {}
    return {"badge": str(counts.total), "badge_variant": "danger" if counts.errors else "warning"}


def _rows(request: HttpRequest) -> list[HealthCheck]:
    rows: list[HealthCheck] | None = getattr(request, "_voxa_health", None)
    if rows is None:
        access = access_of(request)
        rows = latest(None if access.superuser else access.workspaces(Role.VIEWER))
        request._voxa_health = rows  # type: ignore[attr-defined]
    return rows


@method_decorator(never_cache, name="dispatch")
class HealthView(View):
    """Findings of the user's workspaces; superusers see those of the whole installation."""

    def get(self, request: HttpRequest) -> HttpResponse:
        access, rows, counts = access_of(request), _rows(request), counts_of(request)
        found = sorted(
            ((row, finding) for row in rows for finding in row.findings),
            key=lambda pair: pair[1]["severity"] != Severity.ERROR,
        )
        running = any(row.is_running for row in rows)
        context = {
            **admin.site.each_context(request),
            "title": gettext("Health"),
            "counts": counts,
            "headline": headline(counts),
            "findings": [_shown(finding) for _row, finding in found[:SHOWN]],
            "more": max(0, len(found) - SHOWN),
            "checked": when(min((row.finished_at for row in rows if row.finished_at), default=None)),
            "running": running,
            "late": not running and any(row.finished_at is None or row.finished_at < row.requested_at for row in rows),
            "may_check": access.may(Role.OPERATOR),
        }
        response = TemplateResponse(request, "admin/health.html", context)
        if running:
            response["Refresh"] = str(REFRESH)
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        """Request the checks; a worker makes them."""
        access = access_of(request)
        if not access.may(Role.OPERATOR):
            raise PermissionDenied
        for workspace in _requested(access):
            request_check(workspace)
        messages.info(request, gettext("Checking. This page shows the result in a moment."))
        return HttpResponseRedirect(request.path)


def _requested(access: Access) -> list[Workspace | None]:
    if access.superuser:
        return [None]
    return list(Workspace.objects.filter(pk__in=access.workspaces(Role.OPERATOR), closed_at=None))


def _shown(finding: dict[str, Any]) -> dict[str, Any]:
    grave = finding["severity"] == Severity.ERROR
    return {
        **finding,
        "group": HEADINGS[Group(finding["code"].partition(".")[0])],
        "label": gettext("Affects calls") if grave else gettext("Warning"),
        "color": "danger" if grave else "warning",
    }
