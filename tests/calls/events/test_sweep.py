"""What is stored is ingested: one task for a burst, again where it failed, and by the sweep where its task was lost."""

from typing import Any

import pytest

from calls.livekit import ingest
from calls.models import Call, LiveKitEvent
from tests.calls.events.conftest import Entrance, event, joined, store


def test_one_task_does_for_a_burst(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LIVEKIT_GATHER_SECONDS = 0.1
    sent: list[float] = []
    clock = iter([100.0, 100.01, 100.04, 100.06, 100.2])
    monkeypatch.setattr(ingest, "_woken_at", 0.0)
    monkeypatch.setattr(ingest, "publish", lambda task, after: sent.append(after))
    monkeypatch.setattr("calls.livekit.ingest.time.monotonic", lambda: next(clock))
    for _ in range(5):
        ingest.wake()
    assert sent == [0.1, 0.1, 0.1]  # at 100, at 100.06 and at 100.2


def test_the_sweep_finds_what_no_task_took(entrance: Entrance) -> None:
    store(entrance.project, joined(entrance))
    store(entrance.project, event("room_started", entrance.room))
    assert ingest.ingest_waiting() == 1
    assert Call.objects.get().room_name == entrance.room
    assert not LiveKitEvent.objects.filter(ingested_at=None).exists()
    assert ingest.ingest_waiting() == 0


def test_an_event_that_fails_is_tried_a_few_times_and_holds_up_no_other(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(entrance.project, joined(entrance))
    bad = event("participant_joined", "call-bad", participant=entrance.caller())
    store(entrance.project, bad)
    settle = ingest.settle
    tried: list[str] = []

    def failing(project: Any, room: str) -> Any:
        tried.append(room)
        if room == "call-bad":
            raise ValueError(room)
        return settle(project, room)

    monkeypatch.setattr(ingest, "settle", failing)
    for _ in range(ingest.MOST_FAILURES + 3):
        ingest.ingest_waiting()
    assert Call.objects.get().room_name == entrance.room
    assert tried.count("call-bad") == ingest.MOST_FAILURES == LiveKitEvent.objects.get(room_name="call-bad").failures
