"""Admin of alert rules and alerts."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.admin.access import Access
from accounts.admin.filters import OwnRowsFilter
from accounts.admin.labels import Labels
from accounts.admin.scoping import ScopedAdmin
from accounts.admin.times import when
from accounts.choices import Role
from calls.alerts.evaluate import stop
from calls.alerts.notify import send_test
from calls.choices import AlertKind, NotificationStatus
from calls.models import Alert, AlertNotification, AlertRule
from telephony.admin.secrets import WriteOnlyForm, clear_field, secret_field, without_clearing
from voxa.core.safe_http import check_url

MOST_ADDRESSES = 10
_NOTES = {"email_to", "slack_url", "clear_slack_url", "name"}  # fields that do not change what is measured


class AlertRuleForm(WriteOnlyForm):
    """A rule. The Slack URL is a secret and write-only."""

    write_only = "slack_url"
    slack_url = secret_field(_("Slack webhook URL"))
    clear_slack_url = clear_field(_("Remove the Slack webhook URL"))

    class Meta:
        model = AlertRule
        fields = [
            "workspace", "name", "kind", "trunk", "threshold", "window_minutes", "minimum_calls", "hold_minutes",
            "email_to", "slack_url", "active",
        ]  # fmt: skip

    def clean_email_to(self) -> str:
        addresses = [part.strip() for part in self.cleaned_data["email_to"].split(",") if part.strip()]
        if addresses and not settings.EMAIL_IS_SENT:
            raise ValidationError(gettext("This installation sends no email. The operator sets EMAIL_URL."))
        if len(addresses) > MOST_ADDRESSES:
            raise ValidationError(gettext("Enter at most %(most)d addresses.") % {"most": MOST_ADDRESSES})
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(
                    gettext("“%(address)s” is not an email address.") % {"address": address[:100]}
                ) from None
        return ", ".join(addresses)

    def clean_slack_url(self) -> str | None:
        url: str = self.cleaned_data.get("slack_url") or ""
        return check_url(url.strip()) if url else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        trunk, workspace = cleaned.get("trunk"), cleaned.get("workspace") or self.instance.workspace
        kind, threshold = cleaned.get("kind"), cleaned.get("threshold")
        if trunk and kind != AlertKind.ANSWER_RATE:
            self.add_error("trunk", gettext("Only the answer rate is of a trunk. Leave this empty."))
        elif trunk and workspace and trunk.workspace_id != workspace.pk:
            self.add_error("trunk", gettext("Select a trunk of this workspace."))
        if kind == AlertKind.ANSWER_RATE and threshold and threshold > 100:
            self.add_error("threshold", gettext("Enter a percentage of at most 100."))
        return cleaned


@admin.register(AlertRule)
class AlertRuleAdmin(ScopedAdmin):
    """Admins decide what is measured and who is notified."""

    empty = _(
        "An alert rule notifies people by email or Slack, and webhooks, when a trunk's answer rate falls, no agent "
        "worker runs, money is spent, webhooks fail or LiveKit is out of sync."
    )
    form = AlertRuleForm
    list_display = ["name", "state", "condition", "measured", "workspace"]
    list_select_related = ["workspace", "trunk"]
    list_filter = ["active", ("kind", ChoicesDropdownFilter), ("workspace", OwnRowsFilter)]
    search_fields = ["name"]
    search_help_text = _("Part of the name")
    autocomplete_fields = ["workspace", "trunk"]
    deletes_with = [("alerts", "alerts")]
    change_form_outer_before_template = "admin/calls/alertrule/panel.html"
    fieldsets = [
        (None, {"fields": ["workspace", "name", "active"]}),
        (
            _("Condition"),
            {"fields": ["kind", "threshold", "trunk", ("window_minutes", "minimum_calls"), "hold_minutes"]},
        ),
        (
            _("Notify"),
            {
                "fields": ["email_to", "slack_url", "clear_slack_url"],
                "description": _("Webhook endpoints subscribed to “Alert started” and “Alert ended” are notified too."),
            },
        ),
    ]

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        return super().limit(rows, access).defer("trunk__auth_password")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        stored = obj is not None and bool(obj.slack_url)
        return without_clearing(super().get_fieldsets(request, obj), stored=stored)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["workspace"]

    @display(
        description=_("State"),
        label=Labels({_("Alert"): "danger", _("OK"): "success", _("Off"): "info", _("Not measured"): "info"}),
    )
    def state(self, rule: AlertRule) -> str:
        if not rule.active:
            return gettext("Off")
        if rule.firing_since:
            return gettext("Alert")
        return "OK" if rule.checked_at else gettext("Not measured")

    @display(description=_("Condition"))
    def condition(self, rule: AlertRule) -> str:
        if rule.kind == AlertKind.NO_WORKER:
            return str(AlertKind.NO_WORKER.label)
        trunk = f", trunk {rule.trunk.name}" if rule.trunk else ""
        return f"{AlertKind(rule.kind).label} {rule.threshold.normalize():f}{trunk}"

    @display(description=_("Last measured"))
    def measured(self, rule: AlertRule) -> str:
        return f"{rule.last_text} {when(rule.checked_at)}" if rule.checked_at else ""

    def save_model(self, request: HttpRequest, obj: AlertRule, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and set(form.changed_data) - _NOTES:
            stop(obj)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.test_view)
        return [path("<path:object_id>/test/", view, name="calls_alertrule_test"), *super().get_urls()]

    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send a test message to each channel, on POST."""
        rule: AlertRule = self.row_or_deny(request, object_id, Role.ADMIN)
        if request.method != "POST":
            raise PermissionDenied
        outcomes = send_test(rule)
        for channel, error in outcomes.items():
            if error:
                messages.error(request, f"{channel}: {error}")
            else:
                messages.success(request, gettext("%(channel)s: the test message was accepted.") % {"channel": channel})
        if not outcomes:
            messages.warning(request, gettext("This rule has no email address and no Slack webhook URL."))
        return HttpResponseRedirect(reverse("admin:calls_alertrule_change", args=[rule.pk]))


@admin.register(Alert)
class AlertAdmin(ScopedAdmin):
    """The log of alerts, read-only."""

    empty = _("No alerts yet. They appear here when the condition of an alert rule holds.")
    list_display = ["rule", "state", "text", "started", "ended", "workspace"]
    list_select_related = ["rule", "workspace"]
    list_filter = [("workspace", OwnRowsFilter), ("rule", OwnRowsFilter)]
    ordering = ["-started_at", "-id"]
    sortable_by: ClassVar[list[str]] = []
    actions = None
    fieldsets = [
        (None, {"fields": ["rule", "state", ("started", "ended"), "text", "end_text"]}),
        (_("Notifications"), {"fields": ["sent"]}),
    ]
    readonly_fields = ["rule", "state", "started", "ended", "text", "end_text", "sent"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        return super().limit(rows, access).defer("rule__slack_url")

    @display(description=_("State"), label=Labels({_("Alert"): "danger", _("Resolved"): "success"}))
    def state(self, alert: Alert) -> str:
        return gettext("Resolved") if alert.ended_at else gettext("Alert")

    @display(description=_("Started"))
    def started(self, alert: Alert) -> str:
        return when(alert.started_at)

    @display(description=_("Ended"))
    def ended(self, alert: Alert) -> str:
        return when(alert.ended_at)

    @display(description=_("Sent"))
    def sent(self, alert: Alert) -> str:
        said = "; ".join(_told(row) for row in alert.notifications.all())
        return said or gettext("None: the rule had no email address and no Slack webhook URL.")


def _told(row: AlertNotification) -> str:
    moment = f" {when(row.sent_at)}" if row.sent_at else ""
    error = f" ({row.last_error})" if row.last_error else ""
    return f"{row}, {NotificationStatus(row.status).label.lower()}{moment}{error}"
