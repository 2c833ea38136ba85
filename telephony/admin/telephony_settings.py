"""Admin of a workspace's telephony settings."""

from datetime import time
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSingleTimeWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin.access import access_of
from accounts.admin.scoping import ScopedAdmin, usable_workspaces
from telephony.admin.answering import CONDITIONAL, DAYS, FIELDSET, AnsweringForm
from telephony.admin.refusal import ServiceForm, ServicePage
from telephony.admin.secrets import WriteOnlyForm, secret_field, without_secret
from telephony.admin.selects import WorkspaceSelect, name_chosen
from telephony.models import TelephonySettings
from telephony.services.request_secrets import SECRET
from telephony.services.settings import OPERATOR_FIELDS, update_settings

AGENTS = ("default_agent", "fallback_agent")


class CountriesField(forms.CharField):
    """A comma-separated list of country codes."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [part.strip().upper() for part in (super().to_python(value) or "").split(",") if part.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


class ClockField(forms.TimeField):
    """A time of day; 24:00 is midnight, the end of a day."""

    widget = UnfoldAdminSingleTimeWidget

    def to_python(self, value: Any) -> Any:
        text = value.strip() if isinstance(value, str) else ""
        return time(0) if text in ("24:00", "24:00:00") else super().to_python(value)


class SettingsForm(AnsweringForm, WriteOnlyForm, ServiceForm):
    """The form of the settings; lists are comma-separated."""

    write_only = SECRET

    calling_hours_end = ClockField(label=_("Until"), required=False, help_text=_("Enter 24:00 for the end of the day."))

    allowed_countries = CountriesField(
        label=_("Countries"),
        required=False,
        help_text=_("Two-letter country codes, such as US, CA. Empty: only the workspace's country."),
    )
    calling_days = forms.TypedMultipleChoiceField(
        label=_("On"),
        choices=list(enumerate(DAYS)),
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None selected: every day."),
    )

    assistant_request_secret = secret_field(_("Signing secret"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_chosen(self, *AGENTS)

    class Meta:
        model = TelephonySettings
        fields = "__all__"  # the admin's fieldsets select them
        labels = {
            "project": _("LiveKit project"),
            "max_concurrent_calls": _("Max concurrent calls"),
            "allowed_countries": _("Countries"),
            "allow_premium": _("Allow premium numbers"),
            "allow_unknown_numbers": _("Allow unknown numbers"),
            "allow_shared_trunk": _("Allow shared trunk"),
            "calling_hours_start": _("From"),
            "calling_days": _("On"),
            "calling_hours_fallback": _("Numbers without a time zone"),
            "max_attempts": _("Max attempts per call"),
            "retry_delay_seconds": _("Retry delay in seconds"),
            "daily_attempts_per_callee": _("Max attempts per number per day"),
            "daily_spend_limit": _("Daily spend limit"),
            "record_calls": _("Record"),
            "recording_announcement": _("Announcement"),
        }
        help_texts = {"calls_per_second": _("Empty: no limit.")}


def _group(title: str | Promise, words: str | Promise, fields: list[Any]) -> tuple[str | Promise, dict[str, Any]]:
    return title, {"description": words, "fields": fields}


@admin.register(TelephonySettings)
class TelephonySettingsAdmin(ServicePage, ScopedAdmin):
    """One row per workspace, created on first use. Only superusers change its LiveKit project."""

    form = SettingsForm
    list_display = ["workspace", "project", "pace", "at_once", "spend", "recorded"]
    list_select_related = ["workspace", "project", *AGENTS]
    search_fields = ["workspace__name", "workspace__slug"]
    search_help_text = _("Workspace name")
    sortable_by: ClassVar[list[str]] = []
    actions = None
    conditional_fields = CONDITIONAL
    fieldsets = [
        (None, {"fields": [("workspace", "project"), "default_agent"]}),
        _group(
            _("Concurrency and rate limits"),
            _("Limits for the whole workspace. Each trunk can have its own limits. Calls over a limit stay queued."),
            [("calls_per_second", "max_concurrent_calls")],
        ),
        _group(
            _("Allowed destinations"),
            _("Checked when a call is dialed, even if it was queued earlier. Calls that are not allowed fail."),
            ["allowed_countries", ("allow_premium", "allow_unknown_numbers"), "allow_shared_trunk"],
        ),
        _group(
            _("When"),
            _("Checked in every time zone that the callee may be in. Other calls stay queued until these hours start."),
            [("calling_hours_start", "calling_hours_end"), ("calling_days", "calling_hours_fallback")],
        ),
        _group(
            _("Retries"),
            _(
                "Busy and unanswered calls are retried, with a delay that doubles each time. Declined calls are not. "
                "An attempt tries the gateways in order until one connects and counts once."
            ),
            [("max_attempts", "retry_delay_seconds"), "daily_attempts_per_callee"],
        ),
        _group(
            _("Spend limit"),
            _(
                "Covers answered outbound minutes, including transfers. At the limit, calls end and others wait for "
                "the workspace's next day. The operator sets price and currency."
            ),
            [("price_per_minute", "currency"), "daily_spend_limit"],
        ),
        _group(
            _("Conversations"),
            _("What happens to an answered call without an agent, and whether conversations are recorded."),
            ["agent_absent", "record_calls", "recording_announcement"],
        ),
        _group(
            _("Assistant request"),
            _(
                "Asks a URL of yours about each inbound call, signed like webhooks: it can send variables, choose "
                "another agent, transfer or refuse the call. After 2 seconds the call goes on as configured here."
            ),
            [("assistant_request_url", SECRET)],
        ),
        FIELDSET,
    ]

    @display(description=_("Calls per second"))
    def pace(self, row: TelephonySettings) -> str:
        return f"{row.calls_per_second:f}" if row.calls_per_second else gettext("No limit")

    @display(description=_("Max concurrent calls"))
    def at_once(self, row: TelephonySettings) -> str:
        return f"{row.max_concurrent_calls:,}" if row.max_concurrent_calls else gettext("No limit")

    @display(description=_("Daily spend limit"))
    def spend(self, row: TelephonySettings) -> str:
        limit = row.daily_spend_limit
        return f"{limit:,.2f} {row.currency}" if limit is not None else gettext("No limit")

    @display(description=_("Recording"), boolean=True)
    def recorded(self, row: TelephonySettings) -> bool:
        return row.record_calls

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in AGENTS:
            kwargs["widget"] = WorkspaceSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Reserve the LiveKit project and the shared trunk, which cost the operator money, for superusers."""
        if access_of(request).superuser:
            return ["workspace"]
        return ["workspace", *OPERATOR_FIELDS]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = super().get_fieldsets(request, obj)
        return shown if self.has_change_permission(request, obj) else without_secret(shown, SECRET)

    def save_by_service(self, request: HttpRequest, form: Any) -> TelephonySettings:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        return update_settings(form.instance.workspace, values, by_operator=access_of(request).superuser)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.of_view)
        return [path("of/<uuid:workspace_id>/", view, name="telephony_settings_of"), *super().get_urls()]

    def of_view(self, request: HttpRequest, workspace_id: Any) -> HttpResponse:
        """Redirect to a workspace's settings and create them if needed."""
        workspace = get_object_or_404(usable_workspaces(access_of(request), self.view_role), pk=workspace_id)
        row = TelephonySettings.of(workspace.pk)
        return HttpResponseRedirect(reverse("admin:telephony_telephonysettings_change", args=[row.pk]))
