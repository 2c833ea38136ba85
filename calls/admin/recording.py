"""Admin of recordings: playback, and recordings that failed or could not be deleted."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from accounts.admin.access import Access, access_of
from accounts.admin.filters import OwnRowsFilter
from accounts.admin.labels import Labels
from accounts.admin.scoping import ScopedAdmin
from accounts.admin.times import when
from calls.admin.call_filters import find_calls
from calls.choices import RecordingStatus
from calls.models import Call, Recording
from calls.presentation.status_text import duration

DELETING = _("Deletion pending")


class StateFilter(DropdownFilter):
    """Filters by status; a recording whose call was deleted counts as pending deletion."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            *((str(value), gettext(label)) for value, label in RecordingStatus.choices),
            ("deleting", str(DELETING)),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Recording]) -> QuerySet[Recording]:
        value = self.value()
        if value == "deleting":
            return queryset.filter(call=None)
        return queryset.filter(status=value, call__isnull=False) if value in RecordingStatus.values else queryset


@admin.register(Recording)
class RecordingAdmin(ScopedAdmin):
    """Readable by every member; superusers also see recordings of deleted workspaces."""

    empty = _("To record calls, enable recording in the workspace's telephony settings, under Conversations.")
    list_display = ["of_call", "state", "length", "listen", "why", "workspace", "created"]
    list_select_related = ["call", "workspace"]
    list_filter = [StateFilter, ("workspace", OwnRowsFilter)]
    search_fields = ["room_name"]
    search_help_text = _("Full number, call ID or room name")
    ordering = ["-created_at", "-id"]
    sortable_by: ClassVar[list[str]] = []
    actions = None
    fieldsets = [
        (None, {"fields": [("call", "workspace"), ("state", "listen"), ("length", "size"), "why"]}),
        (_("Storage"), {"fields": [("bucket", "key"), ("egress", "room_name"), ("created", "deletion_due")]}),
    ]
    readonly_fields = [
        "call", "workspace", "state", "listen", "length", "size", "why", "bucket", "key", "egress", "room_name",
        "created", "deletion_due",
    ]  # fmt: skip

    @display(description=_("Call"))
    def of_call(self, recording: Recording) -> str:
        part = f", part {recording.part}" if recording.part > 1 else ""
        return f"{recording.call}{part}" if recording.call else gettext("Deleted call")

    @display(
        description=_("State"),
        label=Labels(
            {
                _("Saved"): "success",
                _("Failed"): "danger",
                _("Starting"): "info",
                _("Recording"): "info",
                DELETING: "warning",
            }
        ),
    )
    def state(self, recording: Recording) -> str:
        return gettext(RecordingStatus(recording.status).label) if recording.call_id else str(DELETING)

    @display(description=_("Duration"))
    def length(self, recording: Recording) -> str:
        return duration(recording.duration_seconds) if recording.duration_seconds else ""

    @display(description=_("Size"))
    def size(self, recording: Recording) -> str:
        return f"{recording.bytes / 1_000_000:.1f} MB" if recording.bytes else ""

    @display(description=_("Playback"))
    def listen(self, recording: Recording) -> SafeString | str:
        if recording.status != RecordingStatus.SAVED or not recording.call_id:
            return ""
        url = f"{reverse('admin:calls_call_recording', args=[recording.call_id])}?part={recording.part}"
        return format_html('<a class="vx-link" href="{}" target="_blank" rel="noopener">Listen</a>', url)

    @display(description=_("Error"))
    def why(self, recording: Recording) -> str:
        return recording.error

    @display(description=_("LiveKit egress ID"))
    def egress(self, recording: Recording) -> str:
        return recording.egress_id

    @display(description=_("Next deletion attempt"))
    def deletion_due(self, recording: Recording) -> str:
        return when(recording.due_at)

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        return super().limit(rows, access).defer("call__metadata")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the recordings of a number's newest calls, of a call, or of a room. Each search uses an index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        access, calls = access_of(request), Call.objects.all()
        mine = calls if access.superuser else calls.filter(workspace__in=access.workspaces(self.view_role))
        found = find_calls(mine, term).values_list("pk", flat=True)
        of_room = Recording.objects.filter(room_name=term).values_list("pk", flat=True)
        of_calls = Recording.objects.filter(call__in=list(found)).values_list("pk", flat=True)
        return queryset.filter(pk__in=[*of_room[:10], *of_calls]), False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
