"""Admin of workspaces."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.access import Access, access_of
from accounts.admin.labels import Labels
from accounts.admin.member import MemberInline
from accounts.admin.scoping import ScopedAdmin
from accounts.choices import Role
from accounts.models import Workspace
from accounts.services.workspaces import close_workspace, create_workspace
from voxa.core.values.time_zones import time_zone_warning


class WorkspaceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A workspace with an optional slug."""

    slug = forms.CharField(
        label=_("Slug"),
        required=False,
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Part of SIP addresses; cannot be changed later. Empty: derived from the name."),
    )

    class Meta:
        model = Workspace
        fields = ["name", "slug", "country", "time_zone", "retention_days"]
        labels = {"retention_days": _("Retention in days")}


@admin.register(Workspace)
class WorkspaceAdmin(ScopedAdmin):
    """Owners change the workspace, admins its members; superusers create workspaces."""

    workspace_path = "pk"
    list_display = ["name", "state", "slug", "country", "time_zone", "people"]
    ordering = ["name", "pk"]
    search_fields = ["name", "slug"]
    search_help_text = _("Name or slug")
    inlines = [MemberInline]
    readonly_fields: ClassVar[list[str]] = ["state", "created_at"]
    fieldsets = [
        (None, {"fields": ["name", "slug"]}),
        (_("Location"), {"fields": [("country", "time_zone")]}),
        (_("Data retention"), {"fields": ["retention_days"]}),
    ]
    history_also = [("memberships", "member")]
    actions = None

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        limited: QuerySet[Any] = super().limit(rows, access).annotate(members=Count("memberships"))
        return limited

    @display(description=_("State"), label=Labels({_("Open"): "success", _("Closing"): "warning"}))
    def state(self, workspace: Workspace) -> str:
        return gettext("Closing") if workspace.closed_at else gettext("Open")

    @display(description=_("Members"))
    def people(self, workspace: Any) -> int:
        return int(workspace.members)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access_of(request).superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, Role.OWNER, obj) and (obj is None or obj.closed_at is None)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = WorkspaceForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Make the slug, which is part of SIP addresses, read-only, and for admins the rest."""
        if obj is None:
            return []
        if self.may(request, Role.OWNER, obj):
            return ["slug"]
        return ["name", "slug", "country", "time_zone", "retention_days"]

    def save_model(self, request: HttpRequest, obj: Workspace, form: Any, change: bool) -> None:
        if warning := time_zone_warning(obj.time_zone):
            messages.warning(request, warning)
        if change:
            super().save_model(request, obj, form, change)
            return
        data = form.cleaned_data
        saved = create_workspace(
            data["name"], country=data["country"], time_zone=data["time_zone"], slug=data["slug"] or None
        )
        saved.retention_days = data["retention_days"]
        saved.save(update_fields=["retention_days"])
        obj.__dict__.update(saved.__dict__)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Explain the effects of closing; close the workspace once the user typed its slug."""
        workspace = self.get_object(request, unquote(object_id))
        if workspace is None or not self.has_delete_permission(request, workspace):
            raise PermissionDenied
        wrong = None
        if request.method == "POST":
            if request.POST.get("slug", "").strip() == workspace.slug:
                close_workspace(workspace)
                messages.success(
                    request,
                    gettext("Closing %(workspace)s. Its trunks are being removed from LiveKit.")
                    % {"workspace": workspace},
                )
                return HttpResponseRedirect(reverse("admin:accounts_workspace_changelist"))
            wrong = gettext("Type %(slug)s to confirm.") % {"slug": workspace.slug}
        context = {
            **self.admin_site.each_context(request),
            "title": f"Close {workspace}",
            "workspace": workspace,
            "wrong": wrong,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/accounts/workspace/close.html", context)
