"""Admin of SIP endpoints."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.admin.access import access_of
from accounts.admin.filters import OwnRowsFilter
from accounts.admin.scoping import ScopedAdmin, usable_workspaces
from accounts.admin.shown_once import show_once
from accounts.choices import Role
from agents.choices import ProviderCheck
from telephony.admin.outcome import LABELS, tell
from telephony.admin.refusal import ServiceForm, ServicePage
from telephony.admin.secrets import WriteOnlyForm, secret_field
from telephony.admin.selects import WorkspaceSelect, name_chosen
from telephony.choices import TrunkStatus
from telephony.models import SipEndpoint, TelephonySettings
from telephony.services import endpoints
from telephony.status_text import status_text_of
from telephony.sync.kinds import ENDPOINTS
from telephony.validators import validate_sip_password

_CHECKS = {
    ProviderCheck.VALID: "success",
    ProviderCheck.UNVERIFIED: "warning",
    ProviderCheck.REFUSED: "danger",
}


class SipEndpointForm(WriteOnlyForm, ServiceForm):
    """An endpoint. The password is write-only."""

    write_only = "sip_password"
    sip_password = secret_field(_("SIP password"))

    class Meta:
        model = SipEndpoint
        fields = ["agent", "name", "sip_username", "sip_password"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            name_chosen(self, "agent")

    def clean_sip_password(self) -> str:
        password: str = self.cleaned_data["sip_password"]
        if password:
            validate_sip_password(password)
        elif self.instance._state.adding:
            raise ValidationError(gettext("Enter a password of at least 8 characters."), code="required")
        return password


@admin.register(SipEndpoint)
class SipEndpointAdmin(ServicePage, ScopedAdmin):
    """Save through the services. The response waits briefly for LiveKit and reports the result."""

    empty = _(
        "A SIP endpoint gives an agent a SIP address and digest credentials, so that a carrier or PBX can call it."
    )
    form = SipEndpointForm
    list_display = ["name", "state", "reason", "address", "agent", "key_check", "workspace"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("agent__provider_check", ChoicesDropdownFilter),
        ("workspace", OwnRowsFilter),
    ]
    search_fields = ["name", "sip_username", "=livekit_objects__livekit_id", "=livekit_aliases__livekit_id"]
    search_help_text = _("Name, SIP username, or LiveKit ID (ST_…)")
    autocomplete_fields = ["agent"]
    change_form_outer_before_template = "admin/telephony/sipendpoint/status.html"
    fieldsets = [
        (None, {"fields": [("name", "agent")]}),
        (_("Inbound authentication"), {"fields": [("sip_username", "sip_password")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        project = "workspace__telephony_settings__project"
        related = rows.select_related("agent", project)
        return related.defer("sip_password", "agent__provider_key", f"{project}__api_secret")

    @display(description=_("Status"), ordering="status", label=LABELS)
    def state(self, endpoint: SipEndpoint) -> str:
        return str(TrunkStatus(endpoint.status).label)

    @display(description=_("Why"))
    def reason(self, endpoint: SipEndpoint) -> str:
        words = endpoint.last_error
        return words if len(words) <= 80 else f"{words[:79]}…"

    @display(description=_("SIP address"))
    def address(self, endpoint: SipEndpoint) -> str:
        settings = getattr(endpoint.workspace, "telephony_settings", None) or TelephonySettings.of(
            endpoint.workspace_id
        )
        return f"{endpoint.user_part}@{settings.project.domain}"

    @display(
        description=_("Provider API key"),
        ordering="agent__provider_check",
        label={ProviderCheck(check).label: color for check, color in _CHECKS.items()},
    )
    def key_check(self, endpoint: SipEndpoint) -> str:
        return str(ProviderCheck(endpoint.agent.provider_check).label)

    # --- the page -----------------------------------------------------------------------------------------

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Limit the agents to workspaces where the user may add endpoints."""
        field = super().formfield_for_foreignkey(
            db_field, request, **kwargs, widget=WorkspaceSelect(db_field, self.admin_site)
        )
        field.queryset = field.queryset.filter(workspace__in=usable_workspaces(access_of(request), self.change_role))
        return field

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["agent"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Omit the password from read-only pages."""
        shown = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return shown
        return [shown[0], (shown[1][0], {"fields": ["sip_username"]})]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), **self._panel(request, object_id)}
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        saved = getattr(request, "_voxa_saved", None)
        if saved is not None:
            tell(request, [saved], ENDPOINTS)
        return answer

    def _panel(self, request: HttpRequest, object_id: str | None) -> dict[str, Any]:
        endpoint = self.get_object(request, unquote(object_id)) if object_id and request.method == "GET" else None
        if endpoint is None:
            return {}
        return {
            "status_text": status_text_of(endpoint, TelephonySettings.of(endpoint.workspace_id).project),
            "address": self.address(endpoint),
            "refused_key": endpoint.agent.provider_check == ProviderCheck.REFUSED,
            "may_provision": self.may(request, Role.OPERATOR, endpoint),
            "may_rotate": self.has_change_permission(request, endpoint),
        }

    def save_by_service(self, request: HttpRequest, form: Any) -> SipEndpoint:
        values = {name: form.cleaned_data[name] for name in endpoints.FIELDS if name in form.cleaned_data}
        if form.instance._state.adding:
            return endpoints.connect_agent(form.cleaned_data["agent"], values)
        named = set(form.changed_data)
        return endpoints.update_endpoint(form.instance, {name: values[name] for name in values if name in named})

    def save_model(self, request: HttpRequest, obj: SipEndpoint, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        request._voxa_saved = form.saved  # type: ignore[attr-defined]

    def response_post_save_add(self, request: HttpRequest, obj: SipEndpoint) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:telephony_sipendpoint_change", args=[obj.pk]))

    response_post_save_change = response_post_save_add

    def message_user(self, request: HttpRequest, message: Any, level: Any = messages.INFO, **kwargs: Any) -> None:
        """Drop Django's success message after a save: ours reports the result in LiveKit."""
        if level != messages.SUCCESS or not hasattr(request, "_voxa_saved"):
            super().message_user(request, message, level, **kwargs)

    def delete_model(self, request: HttpRequest, obj: SipEndpoint) -> None:
        endpoints.delete_endpoint(obj, with_agent=False)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SipEndpoint]) -> None:
        for endpoint in queryset:
            endpoints.delete_endpoint(endpoint, with_agent=False)

    # --- the buttons --------------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/provision/", wrap(self.provision_view), name="telephony_sipendpoint_provision"),
            path("<path:object_id>/rotate/", wrap(self.rotate_view), name="telephony_sipendpoint_rotate"),
            *super().get_urls(),
        ]

    def provision_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Provision the endpoint again, on POST."""
        endpoint = self.row_or_deny(request, object_id, Role.OPERATOR)
        if request.method != "POST":
            raise PermissionDenied
        endpoints.provision_endpoint(endpoint)
        tell(request, [endpoint], ENDPOINTS)
        return HttpResponseRedirect(reverse("admin:telephony_sipendpoint_change", args=[endpoint.pk]))

    def rotate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Generate a new password, on POST, and show it once."""
        endpoint = self.row_or_deny(request, object_id, Role.ADMIN)
        if request.method != "POST":
            raise PermissionDenied
        password, address = endpoints.rotate_password(endpoint), self.address(endpoint)
        tell(request, [endpoint], ENDPOINTS)
        template = "admin/telephony/sipendpoint/rotated.html"
        return show_once(self, request, template, "New SIP password", endpoint, password, address=address)
