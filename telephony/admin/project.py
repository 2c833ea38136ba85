"""Admin of LiveKit projects."""

import time
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.access import Access, access_of
from accounts.admin.labels import Labels
from accounts.admin.scoping import ScopedAdmin
from accounts.admin.times import when
from accounts.choices import Role
from telephony.admin.secrets import WriteOnlyForm, secret_field
from telephony.livekit import LiveKitError, client_for, trunks
from telephony.models import LiveKitProject
from telephony.models.livekit_project import normalize_livekit_url
from telephony.selectors import projects_of
from telephony.services import sip_service


class ProjectForm(WriteOnlyForm):
    """A project with its own credentials. The secret is write-only."""

    write_only = "api_secret"
    api_secret = secret_field(_("API secret"))

    def clean(self) -> dict[str, Any]:
        """Require the secret again if the URL or key moves to another server."""
        former = self.instance.url
        cleaned = super().clean()
        if former and not self.changed_secret and not _same_server(former, cleaned.get("url")):
            self.add_error(
                "api_secret", gettext("The stored secret belongs to another server. Enter the secret of this server.")
            )
        return cleaned

    class Meta:
        model = LiveKitProject
        fields = "__all__"


def _same_server(one: str, other: str | None) -> bool:
    try:
        return normalize_livekit_url(one) == normalize_livekit_url(other or "")
    except ValidationError:
        return True  # the field reports its own error


@admin.register(LiveKitProject)
class LiveKitProjectAdmin(ScopedAdmin):
    """Superusers edit projects. Owners and admins see those of their workspaces and may test the connection."""

    form = ProjectForm
    view_role = Role.ADMIN
    list_display = ["name", "state", "url", "last_answer", "last_error"]
    search_fields = ["name", "url"]
    search_help_text = _("Name or URL")
    change_form_outer_before_template = "admin/telephony/livekitproject/status.html"
    actions = None
    fieldsets = [
        (None, {"fields": ["name", ("url", "sip_domain")]}),
        (_("Credentials"), {"fields": ["api_key", "api_secret"]}),
    ]
    default_fieldsets = [(None, {"fields": ["name", ("url", "sip_domain"), "key_in_use"]})]

    @display(
        description=_("State"),
        label=Labels({_("Answers"): "success", _("Unreachable"): "danger", _("Not configured"): "warning"}),
    )
    def state(self, project: LiveKitProject) -> str:
        if not project.is_configured:
            return gettext("Not configured")
        return gettext("Answers") if project.was_reachable else gettext("Away")

    @display(description=_("Last answer"), ordering="last_ok_at")
    def last_answer(self, project: LiveKitProject) -> str:
        return when(project.last_ok_at)

    @display(description=_("API key"))
    def key_in_use(self, project: LiveKitProject) -> str:
        return project.credentials[0]

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        if access.superuser:
            return rows
        return rows.filter(pk__in=projects_of(access.workspaces(self.view_role)).values("pk"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access_of(request).may(self.view_role)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access_of(request).superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep the default project read-only: it comes from the environment."""
        return access_of(request).superuser and not (isinstance(obj, LiveKitProject) and obj.is_default)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse while a workspace uses the project or Voxa owns objects in it."""
        if not self.has_change_permission(request, obj) or not isinstance(obj, LiveKitProject):
            return False
        return not (obj.workspaces.exists() or obj.objects_owned.exists() or obj.numbers.exists())

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        readable = obj is not None and not self.has_change_permission(request, obj)
        return self.default_fieldsets if readable else super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["key_in_use"]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.test_view)
        return [path("<path:object_id>/test/", view, name="telephony_livekitproject_test"), *super().get_urls()]

    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Test the connection, on POST, and report the response time or the error."""
        project = self.get_object(request, object_id)
        if project is None or request.method != "POST" or not self.has_view_permission(request, project):
            raise PermissionDenied
        started = time.monotonic()
        try:
            client_for(project).run(trunks.list_inbound(["ST_nothing"]))
        except LiveKitError as error:
            messages.error(request, f"{project.name}: {error}")
        else:
            taken = round((time.monotonic() - started) * 1000)
            messages.success(
                request,
                gettext("Connected to %(project)s: the API key is valid. Response time: %(taken)s ms.")
                % {"project": project.name, "taken": taken},
            )
            without_sip = sip_service.check(project)
            if without_sip is not None:
                messages.error(request, f"{project.name}: {without_sip}")
        return HttpResponseRedirect(reverse("admin:telephony_livekitproject_change", args=[project.pk]))
