"""Admin of webhook endpoints. A secret is shown once, in the response that created it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin.access import Access
from accounts.admin.filters import OwnRowsFilter
from accounts.admin.labels import Labels
from accounts.admin.scoping import ScopedAdmin
from accounts.admin.shown_once import show_once
from accounts.choices import Role
from accounts.models import WebhookEndpoint
from accounts.services import webhooks
from accounts.webhook_events import EVENT_TYPES
from voxa.core.errors import Conflict

_COLORS = Labels({_("Active"): "success", _("Failing"): "warning", _("Disabled"): "danger", _("Paused"): "info"})


class WebhookEndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    """An endpoint with checkboxes for its event types."""

    event_types = forms.MultipleChoiceField(
        choices=lambda: [(event.name, f"{event.title} ({event.name})") for event in EVENT_TYPES.values()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        error_messages={"required": _("Select at least one event type.")},
        label=_("Event types"),
    )

    class Meta:
        model = WebhookEndpoint
        fields = ["workspace", "url", "event_types", "active"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.instance._state.adding and (workspace := data.get("workspace")):
            try:
                webhooks.require_room(workspace)
            except Conflict as error:
                raise ValidationError({"workspace": error.message}) from None
        return data


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ScopedAdmin):
    """Save through the services; show the secret of a new endpoint."""

    empty = _("A webhook endpoint is a URL of yours that receives events when calls change, end or are analyzed.")
    form = WebhookEndpointForm
    list_display = ["url", "state", "tells_of", "workspace", "failing_since", "created"]
    list_select_related = ["workspace"]
    list_filter = ["active", ("workspace", OwnRowsFilter)]
    search_fields = ["url"]
    search_help_text = _("Part of the URL")
    autocomplete_fields = ["workspace"]
    deletes_with = [("deliveries", "deliveries")]
    fieldsets = [(None, {"fields": ["workspace", "url", "event_types", "active"]})]
    change_form_outer_before_template = "admin/accounts/webhookendpoint/panel.html"

    @display(description=_("State"), label=_COLORS)
    def state(self, endpoint: WebhookEndpoint) -> str:
        if endpoint.active:
            return gettext("Failing") if endpoint.failing_since else gettext("Active")
        return gettext("Disabled") if endpoint.disabled_reason else gettext("Paused")

    @display(description=_("Events"))
    def tells_of(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(EVENT_TYPES[name].title if name in EVENT_TYPES else name for name in endpoint.event_types)

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        return super().limit(rows, access).defer("secret", "previous_secret")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the selected types as text on read-only pages."""
        if obj is None or self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": ["workspace", "url", "tells_of", "active"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["workspace", "tells_of"]

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        data = form.cleaned_data
        if change:
            saved, secret = webhooks.update_endpoint(obj, {name: data[name] for name in form.changed_data})
        else:
            saved, secret = webhooks.create_endpoint(
                data["workspace"], data["url"], data["event_types"], active=data["active"]
            )
        request._voxa_new_secret = secret  # type: ignore[attr-defined]
        obj.__dict__.update(saved.__dict__)

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._secret_page(request, obj, request._voxa_new_secret)  # type: ignore[attr-defined]

    def response_change(self, request: HttpRequest, obj: WebhookEndpoint) -> HttpResponse:
        secret = getattr(request, "_voxa_new_secret", None)
        if secret is None:
            answer: HttpResponse = super().response_change(request, obj)
            return answer
        messages.warning(request, webhooks.NEW_URL)
        return self._secret_page(request, obj, secret)

    def _secret_page(self, request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
        template = "admin/accounts/webhookendpoint/secret.html"
        return show_once(self, request, template, "Signing secret", endpoint, secret)

    # --- the buttons --------------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        buttons = [("rotate", self.rotate_view), ("test", self.test_view)]
        return [
            *(
                path(f"<path:object_id>/{name}/", self.admin_site.admin_view(view), name=f"accounts_webhook_{name}")
                for name, view in buttons
            ),
            *super().get_urls(),
        ]

    def rotate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Rotate the endpoint's secret, on POST."""
        return self._secret_page(request, *webhooks.rotate_secret(self._pressed(request, object_id)))

    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send a test event, on POST, and show its delivery."""
        endpoint = self._pressed(request, object_id)
        try:
            delivery = webhooks.send_test(endpoint)
        except Conflict as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(reverse("admin:accounts_webhookendpoint_change", args=[endpoint.pk]))
        return HttpResponseRedirect(reverse("admin:accounts_webhookdelivery_change", args=[delivery.pk]))

    def _pressed(self, request: HttpRequest, object_id: str) -> WebhookEndpoint:
        endpoint: WebhookEndpoint = self.row_or_deny(request, object_id, Role.ADMIN)
        if request.method != "POST":
            raise PermissionDenied
        return endpoint
