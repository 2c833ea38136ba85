"""A call that LiveKit ended because no audio came is told apart from one whose caller hung up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.choices import CallStatus, Reason, Speaker
from calls.livekit.ingest import settle
from calls.models import Call, TranscriptItem
from calls.presentation.status_text import NEXT_STEPS
from tests.calls.events.conftest import Entrance, event, joined, left, store

pytestmark = pytest.mark.django_db


def ended(entrance: Entrance, after: int, why: str = "CLIENT_INITIATED", *, tracks: bool = False) -> Call:
    store(entrance.project, joined(entrance))
    if tracks:
        phone = {"sid": "PA_1", "identity": "sip_+12025550177"}
        store(entrance.project, event("track_published", entrance.room, 1, participant=phone))
    store(entrance.project, left(entrance, after, why))
    call = settle(entrance.project, entrance.room)
    assert call is not None
    return call


@pytest.mark.parametrize("after", [29, 30, 31, 35])
def test_without_a_track_it_ends_half_a_minute_after_the_answer(entrance: Entrance, after: int) -> None:
    call = ended(entrance, after)
    assert (call.status, call.reason) == (CallStatus.COMPLETED, Reason.NO_AUDIO)
    assert "media ports" in NEXT_STEPS[Reason.NO_AUDIO]


@pytest.mark.parametrize("after", [0, 2, 10, 20, 60, 300])
def test_a_quick_or_a_long_call_was_hung_up(entrance: Entrance, after: int) -> None:
    assert ended(entrance, after).reason == Reason.CALLER_HUNG_UP


def test_whoever_was_heard_hung_up(entrance: Entrance) -> None:
    assert ended(entrance, 30, tracks=True).reason == Reason.CALLER_HUNG_UP


def test_whose_words_were_written_down_hung_up(entrance: Entrance) -> None:
    store(entrance.project, joined(entrance))
    call = settle(entrance.project, entrance.room)
    assert call is not None
    now = timezone.now()
    TranscriptItem.objects.create(
        call=call, speaker=Speaker.CALLER, text="Hello", started_at=now, ended_at=now + timedelta(seconds=1)
    )
    store(entrance.project, left(entrance, 30))
    call = settle(entrance.project, entrance.room)
    assert call is not None
    assert call.reason == Reason.CALLER_HUNG_UP


@pytest.mark.parametrize(
    ("why", "reason"), [("ROOM_DELETED", "agent_hung_up"), ("SIP_TRUNK_FAILURE", "connection_lost")]
)
def test_other_ends_stay_what_they_are(entrance: Entrance, why: str, reason: str) -> None:
    assert ended(entrance, 30, why).reason == reason
