"""Switch to one workspace: lists, the home page and new rows are of that workspace alone, until all are chosen."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from accounts.admin.access import SWITCHED, full_access_of, switched_to
from accounts.admin.scoping import NULL, is_uuid, usable_workspaces
from accounts.choices import Role

SHOWN = 50


def has_several(request: HttpRequest) -> bool:
    """Return whether there is a choice: for superusers and members of several workspaces."""
    full = full_access_of(request)
    return full.superuser or len(full.roles) > 1


def has_workspaces(request: HttpRequest) -> bool:
    """Return whether the user may see any workspace."""
    full = full_access_of(request)
    return full.superuser or bool(full.roles)


class SwitchView(View):
    """The workspaces to switch to, with a search."""

    def get(self, request: HttpRequest) -> HttpResponse:
        term = request.GET.get("find", "").replace(NULL, "").strip()
        theirs = usable_workspaces(full_access_of(request), Role.VIEWER).order_by("name", "pk")
        found = list(theirs.filter(name__icontains=term)[: SHOWN + 1])
        context = {
            **admin.site.each_context(request),
            "title": _("Switch workspace"),
            "workspaces": found[:SHOWN],
            "more": len(found) > SHOWN,
            "term": term,
            "current": switched_to(request),
        }
        return TemplateResponse(request, "admin/workspace_switch.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Switch to the workspace, or to all with an empty id."""
        text = request.POST.get("workspace", "")
        theirs = usable_workspaces(full_access_of(request), Role.VIEWER)
        if text and not (is_uuid(text) and theirs.filter(pk=text).exists()):
            raise PermissionDenied
        request.session[SWITCHED] = text
        return HttpResponseRedirect(reverse("admin:index"))
