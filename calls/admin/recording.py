"""Recordings, so that those which could not be made or deleted are seen."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from accounts.admin.access import Access
from accounts.admin.scoping import ScopedAdmin
from calls.choices import RecordingStatus
from calls.explaining import duration
from calls.models import Recording

DELETING = "To be deleted"


@admin.register(Recording)
class RecordingAdmin(ScopedAdmin):
    """Read by every member; superusers see those of workspaces that are gone too."""

    list_display = ["created_at", "state", "length", "error", "call", "workspace"]
    list_select_related = ["call", "workspace"]
    list_filter = [("status", ChoicesDropdownFilter), ("workspace", AutocompleteSelectFilter)]
    search_fields = ["=room_name"]
    search_help_text = "A whole room name"
    sortable_by: ClassVar[list[str]] = []
    actions = None
    fieldsets = [
        (None, {"fields": [("state", "length", "bytes"), ("call", "workspace"), "error"]}),
        ("In the storage", {"fields": [("bucket", "key"), ("egress_id", "room_name"), ("created_at", "due_at")]}),
    ]
    readonly_fields = [
        "state", "length", "bytes", "call", "workspace", "error", "bucket", "key", "egress_id", "room_name",
        "created_at", "due_at",
    ]  # fmt: skip

    @display(
        description="State",
        label={"Saved": "success", "Failed": "danger", "Starting": "info", "Recording": "info", DELETING: "warning"},
    )
    def state(self, recording: Recording) -> str:
        return str(RecordingStatus(recording.status).label) if recording.call_id else DELETING

    @display(description="Length")
    def length(self, recording: Recording) -> str:
        return duration(recording.duration_seconds) if recording.duration_seconds else ""

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        return super().limit(rows, access).defer("call__metadata")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
