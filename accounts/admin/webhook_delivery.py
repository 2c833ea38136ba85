"""Admin of webhook deliveries."""

import json
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.admin.access import Access
from accounts.admin.filters import OwnRowsFilter
from accounts.admin.labels import Labels
from accounts.admin.scoping import ScopedAdmin
from accounts.admin.times import when
from accounts.choices import DeliveryStatus, Role
from accounts.models import WebhookDelivery
from accounts.services.webhooks import resend
from accounts.webhook_events import EVENT_TYPES
from voxa.core.errors import Conflict

_COLORS = Labels(
    {
        _("Delivered"): "success",
        _("Pending"): "info",
        _("Retrying"): "warning",
        _("Sending"): "info",
        _("Failed"): "danger",
    }
)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ScopedAdmin):
    """Read-only for members; operators may send again. Only the sender writes rows."""

    empty = _("Deliveries to your webhook endpoints and their results appear here.")
    workspace_path = "endpoint__workspace_id"
    list_display = ["event", "state", "endpoint", "attempts", "why", "next_try", "created"]
    list_select_related = ["endpoint__workspace", "message"]
    list_filter = [("status", ChoicesDropdownFilter), ("endpoint", OwnRowsFilter)]
    actions: ClassVar[list[str]] = ["resend_selected"]
    fieldsets = [
        (None, {"fields": [("event", "state"), "endpoint", "webhook_id"]}),
        (_("Attempts"), {"fields": [("attempts", "last_code"), "last_error", ("last_attempt_at", "next_attempt_at")]}),
        (_("Message"), {"fields": ["payload", ("created_at", "delivered_at")]}),
    ]
    readonly_fields = [
        "event", "state", "endpoint", "webhook_id", "attempts", "last_code", "last_error", "last_attempt_at",
        "next_attempt_at", "payload", "created_at", "delivered_at",
    ]  # fmt: skip
    change_form_outer_before_template = "admin/accounts/webhookdelivery/panel.html"

    @display(description=_("Event"), ordering="message__event_type")
    def event(self, delivery: WebhookDelivery) -> str:
        kind = delivery.message.event_type
        return str(EVENT_TYPES[kind].title) if kind in EVENT_TYPES else kind

    @display(description=_("Status"), ordering="status", label=_COLORS)
    def state(self, delivery: WebhookDelivery) -> str:
        retrying = delivery.status == DeliveryStatus.PENDING and delivery.attempts
        return gettext("Retrying") if retrying else str(DeliveryStatus(delivery.status).label)

    @display(description=_("Why"))
    def why(self, delivery: WebhookDelivery) -> str:
        words = delivery.last_error
        return words if len(words) <= 80 else f"{words[:79]}…"

    @display(description=_("Next attempt"), ordering="next_attempt_at")
    def next_try(self, delivery: WebhookDelivery) -> str:
        return when(delivery.next_attempt_at)

    @display(description=_("webhook-id"))
    def webhook_id(self, delivery: WebhookDelivery) -> str:
        return delivery.message.webhook_id

    @display(description=_("Data"))
    def payload(self, delivery: WebhookDelivery) -> SafeString:
        return format_html('<pre class="vx-mono">{}</pre>', json.dumps(delivery.message.payload, indent=2))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("endpoint__workspace", "message")

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        return super().limit(rows, access).defer("endpoint__secret", "endpoint__previous_secret")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def has_resend_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may send again."""
        return self.may(request, Role.OPERATOR, obj)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id) if object_id else None
        context = {**(extra_context or {}), "may_resend": row is not None and self.has_resend_permission(request, row)}
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return answer

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.resend_view)
        return [path("<path:object_id>/resend/", view, name="accounts_webhookdelivery_resend"), *super().get_urls()]

    def resend_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the delivery again, on POST."""
        delivery = self.row_or_deny(request, object_id, Role.OPERATOR)
        if request.method != "POST":
            raise PermissionDenied
        self._resend(request, [delivery])
        return HttpResponseRedirect(reverse("admin:accounts_webhookdelivery_change", args=[delivery.pk]))

    @admin.action(description=_("Send again"), permissions=["resend"])
    def resend_selected(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        """Send the selected deliveries again that the user may."""
        self._resend(request, [row for row in queryset if self.has_resend_permission(request, row)])

    def _resend(self, request: HttpRequest, deliveries: list[WebhookDelivery]) -> None:
        refused: dict[str, int] = {}
        for delivery in deliveries:
            try:
                resend(delivery)
            except Conflict as error:
                refused[error.message] = refused.get(error.message, 0) + 1
        messages.success(request, gettext("Queued: %(count)d.") % {"count": len(deliveries) - sum(refused.values())})
        for words, count in refused.items():
            messages.warning(request, gettext("Not sent: %(count)d. %(reason)s") % {"count": count, "reason": words})
