"""Admin of calls: the list, the call page, and the buttons to dial, cancel and hang up."""

import json
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from accounts.admin.access import Access, access_of
from accounts.admin.filters import OwnRowsFilter
from accounts.admin.number_search import countries_of
from accounts.admin.scoping import ScopedAdmin, is_uuid
from accounts.choices import Role
from calls import selectors
from calls.admin.call_filters import (
    CallPaginator,
    OwnNumberFilter,
    SipCodeFilter,
    StatusFilter,
    TimeRangeFilter,
    find_calls,
)
from calls.admin.call_selection import DoNotCallMixin
from calls.admin.export import csv_of
from calls.admin.inbound_check import InboundCheckView
from calls.admin.newer import newer_view, poller
from calls.admin.operating import OperatingMixin
from calls.admin.panel import panel_of
from calls.admin.placing import PlacingMixin
from calls.admin.range_filters import CostFilter, DurationFilter, WordsFilter
from calls.admin.raw_events import raw_events_view
from calls.choices import LIVE, CallStatus, Direction, Reason
from calls.models import Call
from calls.presentation.status_text import COLORS, duration, reason_words
from calls.recordings.recording import link_of
from calls.services.hangup import hang_up
from calls.services.place import cancel, dispatch_now
from voxa.core.errors import ServiceError

MOST_POLLED = 100  # calls whose status one request of the list polls


@admin.register(Call)
class CallAdmin(OperatingMixin, DoNotCallMixin, PlacingMixin, ScopedAdmin):
    """Readable by every member; operators dial, cancel, hang up and place calls. Services write the rows."""

    empty = _("Calls appear here when someone calls in, a program places a call, or you place one yourself.")
    add_words = _("Place a call")
    change_role = Role.OPERATOR
    list_display = ["call", "state", "way", "why", "talked", "agent", "workspace", "created"]
    list_per_page = 20  # 30 rows beside this many filters took 270 to 340 ms
    list_select_related = ["agent", "workspace"]
    list_filter = [
        StatusFilter,
        ("direction", ChoicesDropdownFilter),
        ("reason", ChoicesDropdownFilter),
        SipCodeFilter,
        ("agent", OwnRowsFilter),
        ("trunk", OwnRowsFilter),
        ("number", OwnNumberFilter),
        DurationFilter,
        CostFilter,
        ("workspace", OwnRowsFilter),
        ("created_at", TimeRangeFilter),
        WordsFilter,
    ]
    search_fields = ["to_number", "from_number"]
    search_help_text = _("Full or partial number in any format, call ID, SIP Call-ID or room name")
    ordering = ["-created_at", "-id"]
    sortable_by: ClassVar[list[str]] = []
    actions_list: ClassVar[list[str]] = ["check_inbound_call", "export_csv"]
    paginator = CallPaginator
    list_before_template = "admin/calls/call/list_top.html"
    list_after_template = "admin/calls/call/poller.html"
    change_form_outer_before_template = "admin/calls/call/page.html"
    change_form_outer_after_template = "admin/calls/call/ask.html"
    fieldsets = [
        (
            _("API data"),
            {
                "classes": ["collapse"],
                "fields": [
                    "id",
                    "room_name",
                    ("sip_call_id", "livekit_call_id"),
                    "metadata_json",
                    ("created_at", "updated_at"),
                ],
            },
        )
    ]
    readonly_fields = [
        "id",
        "room_name",
        "sip_call_id",
        "livekit_call_id",
        "metadata_json",
        "created_at",
        "updated_at",
    ]

    # --- the list -----------------------------------------------------------------------------------------

    @display(description=_("Call"))
    def call(self, call: Call) -> SafeString:
        both = format_html("{} → {}", call.from_number or gettext("Withheld"), call.to_number)
        return format_html('<span class="whitespace-nowrap">{}</span>', both)

    @display(description=_("Status"))
    def state(self, call: Call) -> SafeString:
        return format_html('<span id="vx-call-{}">{}</span>', call.pk, status_label(call))

    @display(description=_("Direction"))
    def way(self, call: Call) -> str:
        return str(Direction(call.direction).label)

    @display(description=_("Reason"))
    def why(self, call: Call) -> str:
        return "" if call.status == CallStatus.COMPLETED else reason_words(call)

    @display(description=_("Duration"))
    def talked(self, call: Call) -> str:
        return duration(call.duration_seconds) if call.duration_seconds else ""

    @display(description=_("Metadata"))
    def metadata_json(self, call: Call) -> SafeString:
        return format_html('<pre class="vx-mono">{}</pre>', json.dumps(call.metadata, indent=2, ensure_ascii=False))

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        return super().limit(rows, access).defer("agent__provider_key", "metadata", "variables", "agent_overrides")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        return find_calls(queryset, search_term, countries_of(request)), False

    # --- permissions --------------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # --- the page -----------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("workspace", "project", "agent", "trunk", "number")
        return rows.defer("trunk__auth_password", "project__api_secret", "agent__provider_key")

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        call = self.get_object(request, unquote(object_id)) if object_id else None
        context = {**(extra_context or {}), **(self._panel(request, call) if call else {})}
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return answer

    def _panel(self, request: HttpRequest, call: Call) -> dict[str, Any]:
        may_work, may_inspect = (self.may(request, role, call) for role in (Role.OPERATOR, Role.ADMIN))
        return panel_of(call, may_work=may_work, may_inspect=may_inspect)

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "inbound-check/",
                wrap(InboundCheckView.as_view(admin_site=self.admin_site)),
                name="calls_call_inbound_check",
            ),
            path("newer/", wrap(self.newer_view), name="calls_call_newer"),
            path("states/", wrap(self.states_view), name="calls_call_states"),
            path("<uuid:object_id>/panel/", wrap(self.panel_view), name="calls_call_panel"),
            path("<uuid:object_id>/recording/", wrap(self.recording_view), name="calls_call_recording"),
            path("<uuid:object_id>/raw-events/", wrap(self.raw_events_view), name="calls_call_raw_events"),
            path("<uuid:object_id>/dial/", wrap(self.dial_view), name="calls_call_dial"),
            path("<uuid:object_id>/cancel/", wrap(self.cancel_view), name="calls_call_cancel"),
            path("<uuid:object_id>/hangup/", wrap(self.hangup_view), name="calls_call_hangup"),
            *super().get_urls(),
        ]

    @action(description=_("Check an inbound call"), icon="call_received")
    def check_inbound_call(self, request: HttpRequest) -> HttpResponse:
        """Redirect to the form."""
        return HttpResponseRedirect(reverse("admin:calls_call_inbound_check"))

    @action(description=_("Export CSV"), icon="download")
    def export_csv(self, request: HttpRequest) -> StreamingHttpResponse | HttpResponseRedirect:
        """Download the calls that match the list's search and filters."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows, zone = self.get_changelist_instance(request).queryset, self.page_zone(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:calls_call_changelist") + "?e=1")
        answer = StreamingHttpResponse(csv_of(rows, zone), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="calls-{timezone.now().astimezone(zone):%Y-%m-%d}.csv"'
        answer["Cache-Control"] = "no-store"
        return answer

    def panel_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        """Return the panel alone, for the page's polling."""
        call = self.row_or_deny(request, str(object_id), self.view_role)
        return render(request, "admin/calls/call/panel.html", self._panel(request, call))

    def recording_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        """Redirect to a short-lived URL of the recording."""
        call = self.row_or_deny(request, str(object_id), self.view_role)
        asked = request.GET.get("part", "1")
        url = next((link_of(part) for part in selectors.recordings(call) if str(part.part) == asked), "")
        if not url:
            messages.error(request, gettext("No recording is available."))
        answer = HttpResponseRedirect(url or reverse("admin:calls_call_change", args=[call.pk]))
        answer["Cache-Control"] = "no-store"
        return answer

    def newer_view(self, request: HttpRequest) -> HttpResponse:
        """Return the announcement of new calls, for the list's polling."""
        return newer_view(self, request)

    def raw_events_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        """Show the raw events of the call, to owners and admins."""
        return raw_events_view(self, request, self.row_or_deny(request, str(object_id), Role.ADMIN))

    def states_view(self, request: HttpRequest) -> HttpResponse:
        """Return the status of the calls on a list page, and keep polling those that have not ended."""
        asked = [text for text in request.GET.get("ids", "").split(",") if is_uuid(text)][:MOST_POLLED]
        calls = list(self.limit(Call.objects.filter(pk__in=asked), access_of(request)))
        context = {"states": [(call.pk, status_label(call)) for call in calls], "live": _polled(calls)}
        return render(request, "admin/calls/call/states.html", context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        shown_at = timezone.now()
        answer: Any = super().changelist_view(request, extra_context)
        if "cl" in (getattr(answer, "context_data", None) or {}):
            answer.context_data["live"] = _polled(answer.context_data["cl"].result_list)
            answer.context_data["list_zone"] = timezone.get_current_timezone_name()
            answer.context_data.update(poller(request, shown_at) if answer.context_data["cl"].page_num == 1 else {})
            for button in answer.context_data["actions_list"]:
                if button["path"] == reverse("admin:calls_call_export_csv"):
                    button["path"] += f"?{request.GET.urlencode()}"  # what is filtered
        return answer  # type: ignore[no-any-return]

    # --- the buttons --------------------------------------------------------------------------------------

    def dial_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        """Make a queued call due at once, on POST."""
        return self._press(request, object_id, dispatch_now, gettext("The call is dialed as soon as the limits allow."))

    def cancel_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._press(request, object_id, cancel, gettext("The call was canceled."))

    def hangup_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._press(request, object_id, lambda call: hang_up(call, Reason.HUNG_UP), gettext("Hanging up."))

    def _press(self, request: HttpRequest, object_id: UUID, service: Callable[[Call], Call], done: str) -> HttpResponse:
        call = self.row_or_deny(request, str(object_id), Role.OPERATOR)
        if request.method != "POST":
            raise PermissionDenied
        try:
            service(call)
        except ServiceError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, done)
        return HttpResponseRedirect(reverse("admin:calls_call_change", args=[call.pk]))


def status_label(call: Call) -> SafeString:
    status = CallStatus(call.status)
    return render_to_string("unfold/helpers/label.html", {"text": status.label, "type": COLORS[status]})


def _polled(calls: Any) -> list[str]:
    """Return the IDs of the calls whose status will soon change."""
    return [str(call.pk) for call in calls if call.status in LIVE]
