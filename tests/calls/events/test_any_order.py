"""Events that come twice, late and out of order leave the same call and the same usage."""

import random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from calls.livekit.ingest import ingest_waiting
from calls.models import Call, LiveKitEvent, UsageDay
from tests.calls.events.conftest import Entrance, event, finished, joined, left, store

Payload = dict[str, Any]


def story(entrance: Entrance, status: str, why: str, length: int, ends: tuple[bool, bool]) -> list[Payload]:
    agent = {"sid": "PA_2", "identity": "agent-1", "kind": "AGENT"}
    phone_left, room_finished = ends
    events = [
        event("room_started", entrance.room),
        joined(entrance, status),
        event("participant_joined", entrance.room, 1, participant=agent),
        event("track_published", entrance.room, 2, participant={"sid": "PA_2", "identity": "agent-1"}),
        event("participant_left", entrance.room, length + 1, participant=agent),
    ]
    if phone_left:
        events.append(left(entrance, length, why, attributes=entrance.caller("hangup")["attributes"]))
    if room_finished:
        events.append(finished(entrance, length + 2))
    return events


def end_state(entrance: Entrance, order: list[Payload]) -> tuple[Any, ...]:
    """Ingest in this order and give what stands in the end; the rows are taken back."""
    with transaction.atomic():
        for payload in order:
            row = store(entrance.project, payload)
            LiveKitEvent.objects.filter(pk=row.pk).update(ingested_at=None)
            ingest_waiting()
        fields = ("status", "reason", "answered_at", "ended_at", "duration_seconds", "agent_id", "from_number")
        calls = list(Call.objects.values_list(*fields))
        usage = sorted(
            UsageDay.objects.exclude(calls=0).values_list("day", "number", "outcome", "calls", "answered", "seconds")
        )
        transaction.set_rollback(True)
    return (*calls, *usage)


@pytest.mark.django_db
@hypothesis_settings(max_examples=60)
@given(
    status=st.sampled_from(["ringing", "active", "automation"]),
    why=st.sampled_from(["CLIENT_INITIATED", "ROOM_DELETED", "CONNECTION_TIMEOUT", "UNKNOWN_REASON"]),
    length=st.sampled_from([3, 60, 3600]),
    ends=st.tuples(st.booleans(), st.booleans()),
    seed=st.integers(0, 2**32),
    again=st.lists(st.integers(0, 20), max_size=6),
)
def test_every_order_ends_alike(
    entrance: Entrance,
    status: str,
    why: str,
    length: int,
    ends: tuple[bool, bool],
    seed: int,
    again: list[int],
) -> None:
    told = story(entrance, status, why, length, ends)
    shuffled = told + [told[place % len(told)] for place in again]
    random.Random(seed).shuffle(shuffled)
    expected = end_state(entrance, told)
    assert len(expected) >= 1
    assert end_state(entrance, shuffled) == expected
