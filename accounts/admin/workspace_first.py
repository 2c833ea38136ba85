"""Ask for the workspace before the add form, so that it offers rows of that workspace only."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.admin.options import IS_POPUP_VAR
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.admin.access import access_of
from accounts.admin.scoping import NULL, ScopedMixin, is_uuid, usable_workspaces
from accounts.models import Workspace

SHOWN = 50


class WorkspaceFirst(ScopedMixin):
    """For admins whose rows refer to others of their workspace. Users with one workspace skip the question."""

    def chosen_workspace(self, request: HttpRequest) -> Workspace | None:
        """Return the workspace of a new row: the selected one, or the only one."""
        if not hasattr(request, "_voxa_workspace"):
            request._voxa_workspace = self._chosen(request)  # type: ignore[attr-defined]
        chosen: Workspace | None = request._voxa_workspace  # type: ignore[attr-defined]
        return chosen

    def _chosen(self, request: HttpRequest) -> Workspace | None:
        usable = usable_workspaces(access_of(request), self.change_role)
        text = request.POST.get("workspace") or request.GET.get("workspace")
        if text:
            return usable.filter(pk=text).first() if is_uuid(text) else None
        some = list(usable[:2])
        return some[0] if len(some) == 1 else None

    def page_zone(self, request: HttpRequest) -> ZoneInfo:
        """Return the time zone of the new row's workspace."""
        workspace = self.chosen_workspace(request) if request.path.endswith("/add/") else None
        found: ZoneInfo = ZoneInfo(workspace.time_zone) if workspace else super().page_zone(request)  # type: ignore[misc]
        return found

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if request.method == "GET" and self.has_add_permission(request) and self.chosen_workspace(request) is None:
            return self._ask(request)
        answer: HttpResponse = super().add_view(request, form_url, extra_context)  # type: ignore[misc]
        return answer

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        chosen = self.chosen_workspace(request) if db_field.remote_field.model is Workspace else None
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if chosen is not None and field is not None:
            field.queryset = field.queryset.filter(pk=chosen.pk)
            field.widget, field.empty_label = UnfoldAdminSelectWidget(), None
            field.widget.choices, field.initial = field.choices, chosen.pk
        return field

    def _ask(self, request: HttpRequest) -> HttpResponse:
        """Show the workspaces where the user may add such a row."""
        term = request.GET.get("find", "").replace(NULL, "").strip()
        usable = usable_workspaces(access_of(request), self.change_role).order_by("name", "pk")
        if term:
            usable = usable.filter(name__icontains=term)
        found = list(usable[: SHOWN + 1])
        query = request.GET.copy()
        for name in ("find", "workspace"):
            query.pop(name, None)
        opts = self.model._meta  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Select a workspace"),
            "workspaces": found[:SHOWN],
            "more": len(found) > SHOWN,
            "term": term,
            "query": query.urlencode(),
            "is_popup": IS_POPUP_VAR in request.GET,
            "opts": opts,
        }
        return TemplateResponse(request, "admin/workspace_first.html", context)
