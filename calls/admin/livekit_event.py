"""Admin of raw LiveKit webhook events, for operators of the installation."""

import json
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RadioFilter
from unfold.decorators import display

from accounts.admin.labels import Labels
from accounts.admin.times import when
from calls.admin.superusers import ProjectRowAdmin
from calls.models import LiveKitEvent


class TakenInFilter(RadioFilter):
    """Filters the events that are not processed yet."""

    title = _("state")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", gettext("Not processed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LiveKitEvent]) -> QuerySet[LiveKitEvent]:
        return queryset.filter(ingested_at=None) if self.value() == "yes" else queryset


@admin.register(LiveKitEvent)
class LiveKitEventAdmin(ProjectRowAdmin):
    """Readable by superusers only: a project's events concern all its workspaces."""

    empty = _("LiveKit sends webhook events to /livekit/webhook. None has been received.")
    list_display = ["type", "state", "room_name", "project", "failures", "received"]
    list_select_related = ["project"]
    list_filter = [TakenInFilter]
    search_fields = ["room_name__exact"]
    search_help_text = _("Full room name")
    ordering = ["-received_at", "-id"]
    sortable_by: ClassVar[list[str]] = []
    actions = None
    fieldsets = [
        (None, {"fields": [("type", "state"), ("room_name", "event_id"), "project"]}),
        (_("Timestamps"), {"fields": [("received", "taken_in"), "failures"]}),
        (_("Raw event"), {"fields": ["payload_json"]}),
    ]
    readonly_fields = [
        "type", "state", "room_name", "event_id", "project", "received", "taken_in", "failures", "payload_json",
    ]  # fmt: skip

    @display(
        description=_("State"), label=Labels({_("Processed"): "success", _("Pending"): "info", _("Failing"): "danger"})
    )
    def state(self, event: LiveKitEvent) -> str:
        return (
            gettext("Processed") if event.ingested_at else gettext("Failing") if event.failures else gettext("Pending")
        )

    @display(description=_("Received"))
    def received(self, event: LiveKitEvent) -> str:
        return when(event.received_at)

    @display(description=_("Processed"))
    def taken_in(self, event: LiveKitEvent) -> str:
        return when(event.ingested_at)

    @display(description=_("Payload"))
    def payload_json(self, event: LiveKitEvent) -> SafeString:
        return format_html('<pre class="vx-mono">{}</pre>', json.dumps(event.payload, indent=2, ensure_ascii=False))
