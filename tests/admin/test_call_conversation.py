"""The call page plays the recording along its transcript, shows each turn's latency, and raw events to admins."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import User, Workspace
from calls.choices import CallStatus, RecordingStatus
from calls.models import Call, LiveKitEvent, Recording, TranscriptItem
from tests.admin.conftest import Browser
from tests.calls.conftest import Line, make_line

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def line(acme: Workspace) -> Line:
    return make_line(acme)


@pytest.fixture
def call(line: Line) -> Call:
    """A call that was answered, recorded, and in which three turns were spoken."""
    call = line.place()
    Call.objects.update(status=CallStatus.COMPLETED, answered_at=AT, ended_at=AT, room_name="call-1-1")
    for speaker, start, end in (("agent", 0, 2), ("caller", 3, 5), ("agent", 5.84, 8), ("agent", 9, 10)):
        TranscriptItem.objects.create(
            call=call, speaker=speaker, text=f"{speaker} {start}",
            started_at=AT + timedelta(seconds=start), ended_at=AT + timedelta(seconds=end),
        )  # fmt: skip
    Recording.objects.create(
        call=call, workspace=call.workspace, room_name="r", bucket="b", key="a.ogg", status=RecordingStatus.SAVED,
        started_at=AT,
    )  # fmt: skip
    return call


def url(call: Call, name: str = "change") -> str:
    return reverse(f"admin:calls_call_{name}", args=[call.pk])


def test_the_agents_turns_have_their_latency(call: Call, acme_viewer: User, signed_in: Browser) -> None:
    html = signed_in(acme_viewer).get(url(call)).content.decode()
    assert html.count("responded in") == 1  # the greeting and a second sentence respond to nobody
    assert "responded in 0.8 s" in html


def test_the_player_knows_where_the_file_and_each_turn_begin(call: Call, acme_viewer: User, signed_in: Browser) -> None:
    html = signed_in(acme_viewer).get(url(call)).content.decode()
    assert f'data-began="{AT.timestamp()}"' in html
    assert f'data-at="{AT.timestamp() + 5.84}"' in html
    assert f'src="{url(call, "recording")}?part=1"' in html
    policy = signed_in(acme_viewer).get(url(call))["Content-Security-Policy"]
    assert "media-src 'self' https://*.amazonaws.com" in policy


def test_a_failed_recording_has_no_player(call: Call, acme_viewer: User, signed_in: Browser) -> None:
    Recording.objects.update(status=RecordingStatus.FAILED)
    assert "<audio" not in signed_in(acme_viewer).get(url(call)).content.decode()


def test_owners_and_admins_read_the_raw_events_of_the_call_alone(
    call: Call, line: Line, acme_owner: User, acme_admin: User, signed_in: Browser
) -> None:
    for room in ("call-1-1", "call-2-1"):
        LiveKitEvent.objects.create(
            project=call.project, event_id=room, type="room_started", room_name=room, payload={"room": room}
        )
    for person in (acme_owner, acme_admin):
        html = signed_in(person).get(url(call, "raw_events")).content.decode()
        assert "room_started" in html
        assert "call-1-1" in html
        assert "call-2-1" not in html
        assert url(call, "raw_events") in signed_in(person).get(url(call)).content.decode()


def test_others_do_not_read_raw_events(
    call: Call, acme_operator: User, acme_viewer: User, outsider: User, signed_in: Browser
) -> None:
    for person in (acme_operator, acme_viewer, outsider):
        assert signed_in(person).get(url(call, "raw_events")).status_code == 403
    assert url(call, "raw_events") not in signed_in(acme_operator).get(url(call)).content.decode()
