"""The health page: findings of the last checks, with a button to check again."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
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
            return f"{self.errors} affecting calls" if self.errors else "none affects calls"
        return "no problems found" if self.checked else "not checked yet"


def counts_of(request: HttpRequest) -> Counts:
    """Count the findings, read once per request."""
    found = [finding for row in _rows(request) for finding in row.findings]
    errors = sum(finding["severity"] == Severity.ERROR for finding in found)
    return Counts(errors, len(found), any(row.finished_at for row in _rows(request)))


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
        access, rows = access_of(request), _rows(request)
        found = sorted(
            ((row, finding) for row in rows for finding in row.findings),
            key=lambda pair: pair[1]["severity"] != Severity.ERROR,
        )
        running = any(row.is_running for row in rows)
        context = {
            **admin.site.each_context(request),
            "title": "Health",
            "counts": counts_of(request),
            "findings": [_shown(finding) for _, finding in found[:SHOWN]],
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
        messages.info(request, "Checking. This page shows the result in a moment.")
        return HttpResponseRedirect(request.path)


def _requested(access: Access) -> list[Workspace | None]:
    if access.superuser:
        return [None]
    return list(Workspace.objects.filter(pk__in=access.workspaces(Role.OPERATOR), closed_at=None))


def _shown(finding: dict[str, Any]) -> dict[str, Any]:
    grave = finding["severity"] == Severity.ERROR
    return {
        **finding,
        "group": Group(finding["code"].partition(".")[0]).heading,
        "label": "Affects calls" if grave else "Warning",
        "color": "danger" if grave else "warning",
    }
