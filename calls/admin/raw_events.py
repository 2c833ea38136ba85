"""Raw LiveKit events of one call, for owners and admins of its workspace."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from calls.models import Attempt, Call, LiveKitEvent

SHOWN = 200


def rooms_of(call: Call) -> set[str]:
    """Return the rooms of the call, each of them its own."""
    tried = Attempt.objects.filter(call=call).values_list("room_name", flat=True)
    return {call.room_name, *tried} - {""}


def raw_events_view(page: Any, request: HttpRequest, call: Call) -> HttpResponse:
    """Show what LiveKit sent about the rooms of the call."""
    rows = LiveKitEvent.objects.filter(project=call.project_id, room_name__in=rooms_of(call))
    events = [(event, json.dumps(event.payload, indent=2, ensure_ascii=False)) for event in rows[: SHOWN + 1]]
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("Raw LiveKit events"),
        "opts": page.opts,
        "call": call,
        "events": events[:SHOWN],
        "more": len(events) > SHOWN,
        "most": SHOWN,
    }
    return render(request, "admin/calls/call/raw_events.html", context)
