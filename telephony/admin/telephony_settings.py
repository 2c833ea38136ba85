"""Telephony settings of a workspace: its LiveKit project, limits and policies."""

from datetime import time
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSingleTimeWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin.access import access_of
from accounts.admin.scoping import ScopedAdmin, usable_workspaces
from telephony.admin.refusal import RefusableForm, RefusablePage
from telephony.models import TelephonySettings
from telephony.services.settings import OPERATOR_FIELDS, update_settings

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class CountriesField(forms.CharField):
    """A list of country codes, written with commas."""

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


class SettingsForm(RefusableForm):
    """Lists as a person writes them."""

    calling_hours_end = ClockField(label="Until", required=False, help_text="24:00 is the end of the day.")

    allowed_countries = CountriesField(
        label="Countries",
        required=False,
        help_text="Two-letter codes that may be called, such as US, CA. Empty: the own country alone.",
    )
    calling_days = forms.TypedMultipleChoiceField(
        label="On",
        choices=list(enumerate(DAYS)),
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="None ticked: every day.",
    )

    class Meta:
        model = TelephonySettings
        fields = "__all__"  # the admin's fieldsets say which
        labels = {
            "project": "LiveKit project",
            "max_concurrent_calls": "Calls at once",
            "allowed_countries": "Countries",
            "allow_premium": "Premium numbers",
            "allow_unknown_numbers": "Unknown numbers",
            "allow_shared_trunk": "Shared trunk",
            "calling_hours_start": "From",
            "calling_days": "On",
            "calling_hours_fallback": "Without a time zone",
            "max_attempts": "Tries of a call",
            "retry_delay_seconds": "Seconds between tries",
            "daily_attempts_per_callee": "Tries of a number a day",
            "daily_spend_limit": "Spend limit per day",
            "record_calls": "Record",
            "recording_announcement": "Announcement",
        }
        help_texts = {"calls_per_second": "Empty: no limit."}


def _group(title: str, words: str, fields: list[Any]) -> tuple[str, dict[str, Any]]:
    return title, {"description": words, "fields": fields}


@admin.register(TelephonySettings)
class TelephonySettingsAdmin(RefusablePage, ScopedAdmin):
    """One row a workspace, made when it is first looked at. Only a superuser moves it to another LiveKit."""

    form = SettingsForm
    list_display = ["workspace", "project", "pace", "at_once", "spend", "recorded"]
    list_select_related = ["workspace", "project"]
    search_fields = ["workspace__name", "workspace__slug"]
    search_help_text = "Name of the workspace"
    sortable_by: ClassVar[list[str]] = []
    actions = None
    fieldsets = [
        (None, {"fields": [("workspace", "project")]}),
        _group(
            "How much at once",
            "Of the whole workspace; each trunk may have limits of its own. A call over a limit waits for its turn.",
            [("calls_per_second", "max_concurrent_calls")],
        ),
        _group(
            "Whom it may call",
            "Looked at when a call is dialled. What is not allowed fails and says so, also if it was queued before.",
            ["allowed_countries", ("allow_premium", "allow_unknown_numbers"), "allow_shared_trunk"],
        ),
        _group(
            "When",
            "In every time zone that the callee may be in. A call outside these hours waits until they begin.",
            [("calling_hours_start", "calling_hours_end"), ("calling_days", "calling_hours_fallback")],
        ),
        _group(
            "How often",
            "A busy or unanswered call is tried again, each time after twice as long. A declined one is not. A try "
            "goes through the gateways until one connects, and counts once.",
            [("max_attempts", "retry_delay_seconds"), "daily_attempts_per_callee"],
        ),
        _group(
            "What it may cost",
            "Answered outbound minutes, transfers included. At the limit calls end; others wait for the workspace's "
            "next day. The operator sets price and currency.",
            [("price_per_minute", "currency"), "daily_spend_limit"],
        ),
        _group(
            "Conversations",
            "What becomes of an answered call that no agent speaks in, and whether conversations are recorded.",
            ["agent_absent", "record_calls", "recording_announcement"],
        ),
    ]

    @display(description="Calls a second")
    def pace(self, row: TelephonySettings) -> str:
        return f"{row.calls_per_second:f}" if row.calls_per_second else "No limit"

    @display(description="Calls at once")
    def at_once(self, row: TelephonySettings) -> str:
        return f"{row.max_concurrent_calls:,}" if row.max_concurrent_calls else "No limit"

    @display(description="Spend limit per day")
    def spend(self, row: TelephonySettings) -> str:
        limit = row.daily_spend_limit
        return f"{limit:,.2f} {row.currency}" if limit is not None else "No limit"

    @display(description="Calls are recorded", boolean=True)
    def recorded(self, row: TelephonySettings) -> bool:
        return row.record_calls

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Leave to superusers what spends the operator's means: the LiveKit project and the shared trunk."""
        if access_of(request).superuser:
            return ["workspace"]
        return ["workspace", *OPERATOR_FIELDS]

    def save_model(self, request: HttpRequest, obj: TelephonySettings, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        saved = update_settings(obj.workspace, values, by_operator=access_of(request).superuser)
        obj.__dict__.update(saved.__dict__)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.of_view)
        return [path("of/<uuid:workspace_id>/", view, name="telephony_settings_of"), *super().get_urls()]

    def of_view(self, request: HttpRequest, workspace_id: Any) -> HttpResponse:
        """Go to a workspace's settings, made now if nobody looked before."""
        workspace = get_object_or_404(usable_workspaces(access_of(request), self.view_role), pk=workspace_id)
        row = TelephonySettings.of(workspace.pk)
        return HttpResponseRedirect(reverse("admin:telephony_telephonysettings_change", args=[row.pk]))
