"""Usage by day, LiveKit's raw events, and what the home page tells of calls."""

import json
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from calls.choices import CallStatus, Reason
from calls.models import Call, LiveKitEvent, UsageDay
from calls.services.timeline import advance, end
from telephony.models import LiveKitProject
from tests.admin.conftest import Browser
from tests.calls.conftest import CALLEE, make_line

USAGE = reverse("admin:calls_usageday_changelist")
EVENTS = reverse("admin:calls_livekitevent_changelist")
HOME = reverse("admin:index")


def count(workspace: Workspace, days_ago: int, **sums: int) -> None:
    """Count calls."""
    day = timezone.now().date() - timedelta(days=days_ago)
    UsageDay.objects.create(
        workspace=workspace, day=day, number="+12025550100", direction="outbound", outcome="completed", **sums
    )


def series(context: Any, chart: str) -> dict[str, list[float]]:
    return {line["label"]: line["data"] for line in json.loads(context[chart])["datasets"]}


def test_the_chart_sums_calls_and_minutes_by_day(acme: Workspace, acme_viewer: User, signed_in: Browser) -> None:
    count(acme, 0, calls=5, answered=3, seconds=90)
    count(acme, 2, calls=1, answered=1, seconds=30)
    count(acme, 40, calls=7, answered=7, seconds=60)
    context = signed_in(acme_viewer).get(USAGE).context
    assert series(context, "calls_chart") == {"Answered": [1, 0, 3], "Calls": [1, 0, 5]}
    assert series(context, "minutes_chart") == {"Minutes": [0.5, 0.0, 1.5]}
    assert context["usage_totals"][:3] == [("Calls", "6"), ("Answered", "4"), ("Answer rate (ASR)", "67%")]


def test_the_chart_shows_the_days_that_are_chosen(acme: Workspace, acme_viewer: User, signed_in: Browser) -> None:
    count(acme, 0, calls=5, answered=3, seconds=90)
    count(acme, 40, calls=7, answered=7, seconds=60)
    until = (timezone.now() - timedelta(days=10)).date().isoformat()
    context = signed_in(acme_viewer).get(USAGE, {"day_to": until}).context
    assert series(context, "calls_chart")["Calls"] == [7]


def test_usage_is_read_only_and_ones_own(
    acme: Workspace, acme_viewer: User, outsider: User, signed_in: Browser
) -> None:
    count(acme, 0, calls=5, answered=3, seconds=90)
    assert "+12025550100" not in signed_in(outsider).get(USAGE).content.decode()
    assert "No calls ended in this period" in signed_in(outsider).get(USAGE).content.decode()
    assert signed_in(acme_viewer).get(reverse("admin:calls_usageday_add")).status_code == 403


def test_raw_events_are_for_superusers(acme: Workspace, acme_owner: User, superuser: User, signed_in: Browser) -> None:
    event = LiveKitEvent.objects.create(
        project=LiveKitProject.default(), event_id="EV_1", type="room_started", room_name="call-1", payload={"a": "b"}
    )
    page = reverse("admin:calls_livekitevent_change", args=[event.pk])
    assert signed_in(acme_owner).get(EVENTS).status_code == 403
    assert signed_in(acme_owner).get(page).status_code in (302, 403)
    client = signed_in(superuser)
    assert "room_started" in client.get(EVENTS, {"waiting": "yes", "q": "call-1"}).content.decode()
    assert "&quot;a&quot;" in client.get(page).content.decode()
    assert client.post(page, {"type": "x"}).status_code == 403


def test_the_home_page_tells_of_calls_under_way_and_refused(
    acme: Workspace, acme_viewer: User, outsider: User, signed_in: Browser, django_assert_max_num_queries: Any
) -> None:
    line = make_line(acme)
    now = timezone.now()
    advance(line.place(), CallStatus.DIALING, now)
    for _ in range(2):
        end(line.place(to="+18765550100"), now, Reason.COUNTRY, CallStatus.FAILED)
    Call.objects.filter(to_number=CALLEE).update(agent=None)
    client = signed_in(acme_viewer)
    with django_assert_max_num_queries(24):
        html = " ".join(client.get(HOME).content.decode().split())
    assert "Live calls" in html
    assert CALLEE in html
    assert "Calls to this country are not allowed" in html
    assert [(one.words, one.count) for one in client.get(HOME).context["refused"]] == [
        ("Calls to this country are not allowed", "2")
    ]
    assert CALLEE not in signed_in(outsider).get(HOME).content.decode()
    assert signed_in(outsider).get(HOME).context["refused"] == []
