"""Calls and events go when their workspace's days are over, and not before."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Workspace
from calls.choices import CallStatus, Direction
from calls.models import Call, Event, LiveKitEvent
from calls.services.retention import purge
from telephony.models import LiveKitProject, TelephonySettings
from tests.calls.events.conftest import event, project_of, store


def ended(workspace: Workspace, room: str, days: float, status: str = CallStatus.COMPLETED) -> Call:
    at = timezone.now() - timedelta(days=days)
    call = Call.objects.create(
        workspace=workspace,
        project=TelephonySettings.of(workspace.pk).project,
        direction=Direction.INBOUND,
        status=status,
        to_number="+12025550100",
        room_name=room,
        ended_at=at if status == CallStatus.COMPLETED else None,
    )
    Event.objects.create(workspace=workspace, call=call, type="call.ringing", at=at)
    received(call.project, room, at)
    return call


def received(project: LiveKitProject, room: str, at: datetime) -> None:
    row = store(project, event("room_finished", room))
    LiveKitEvent.objects.filter(pk=row.pk).update(received_at=at)


@pytest.fixture
def brief(acme: Workspace) -> Workspace:
    """Acme keeps a week, on a project of its own."""
    project_of(acme, "acmekey")
    Workspace.objects.filter(pk=acme.pk).update(retention_days=7)
    acme.refresh_from_db()
    return acme


def test_what_is_past_its_days_goes_with_its_timeline_and_events(brief: Workspace) -> None:
    ended(brief, "call-old", 7.1)
    kept = ended(brief, "call-new", 6.9)
    assert purge() == (1, 1)
    assert list(Call.objects.all()) == [kept]
    assert [line.call for line in Event.objects.all()] == [kept]
    assert [row.room_name for row in LiveKitEvent.objects.all()] == ["call-new"]


def test_each_workspace_has_its_own_days(brief: Workspace, globex: Workspace) -> None:
    project_of(globex, "globexkey")
    ended(globex, "call-theirs", 30)
    assert purge() == (0, 0)


def test_a_call_that_is_not_over_stays(brief: Workspace) -> None:
    ended(brief, "call-live", 30, CallStatus.IN_PROGRESS)
    assert purge() == (0, 0)


def test_events_of_no_call_go_by_the_shortest_time_of_their_project(brief: Workspace, globex: Workspace) -> None:
    project = TelephonySettings.of(brief.pk).project
    TelephonySettings.of(globex.pk)
    TelephonySettings.objects.filter(pk=globex.pk).update(project=project)
    for days in (6, 8, 100):
        received(project, f"call-stray-{days}", timezone.now() - timedelta(days=days))
    ended(globex, "call-theirs", 30)
    assert purge() == (0, 2)
    assert {row.room_name for row in LiveKitEvent.objects.all()} == {"call-stray-6", "call-theirs"}


def test_many_go_in_batches(brief: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calls.services.retention.AT_ONCE", 2)
    for number in range(5):
        ended(brief, f"call-{number}", 8)
    assert purge() == (5, 5)


def test_a_run_that_is_out_of_time_leaves_the_rest_to_the_next(brief: Workspace) -> None:
    ended(brief, "call-old", 8)
    assert purge(seconds=0) == (0, 0)
    assert purge() == (1, 1)
