"""The processes: broker, workers, beat, dispatchers and agent workers."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import Workspace
from calls.doctor import workers
from calls.models import AgentWorker, RunningDispatcher
from calls.services.workers import forget_dispatcher, note_dispatcher, note_worker
from telephony.doctor import sweep as beat
from telephony.models import Agent, Installation, LiveKitProject, TelephonySettings
from telephony.sync.sweep import sweep
from tests.doctor.asking import found
from tests.sandbox import SandboxServer
from voxa.celery import app
from voxa.core.doctor.findings import Severity
from voxa.core.doctor.registry import Scope
from voxa.doctor import processes

pytestmark = pytest.mark.django_db
STATE = {"host": "voice-1", "version": "1", "sessions": 0, "load": 0.1, "memory_bytes": 1, "draining": False}


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the broker and the workers answer."""
    answers: dict[str, Any] = {"workers": [{"celery@one": {"ok": "pong"}}], "waiting": 0}
    monkeypatch.setattr(app.control, "ping", lambda timeout: answers["workers"])
    monkeypatch.setattr(processes, "_waiting", lambda: answers["waiting"])
    return answers


@pytest.mark.parametrize(
    ("answers", "codes"),
    [({}, set()), ({"workers": []}, {"processes.workers"}), ({"waiting": 5_000}, {"processes.queue"})],
)
def test_workers_answer_and_messages_are_taken(queue: dict[str, Any], answers: dict[str, Any], codes: set[str]) -> None:
    queue |= answers
    assert set(found(processes.look)) == codes


def test_a_broker_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(timeout: float) -> None:
        raise OperationalError("redis://:s3cret@broker")

    monkeypatch.setattr(app.control, "ping", away)
    findings = found(processes.look)
    assert list(findings) == ["processes.broker"]
    assert "s3cret" not in str(findings)
    assert found(processes.look, Scope(network=False)) == {}


def test_an_empty_queue_counts_nothing() -> None:
    assert processes._waiting() == 0


def test_beat_is_known_by_its_sweeps() -> None:
    project = LiveKitProject.default()
    assert found(beat.look) == {}  # set up a moment ago
    LiveKitProject.objects.filter(pk=project.pk).update(created_at=timezone.now() - timedelta(hours=1))
    assert "never ran" in found(beat.look)["processes.beat"].what
    sweep(0)
    assert found(beat.look) == {}
    Installation.objects.update(swept_at=timezone.now() - timedelta(minutes=12))
    assert "has not run for 12 minutes" in found(beat.look)["processes.beat"].what


def test_a_dispatcher_is_known_while_it_reports_and_until_it_stops() -> None:
    token = uuid4()
    assert list(found(workers.look)) == ["processes.dispatchers"]
    for calls in (0, 3):
        note_dispatcher(token, calls)
    assert found(workers.look) == {}
    assert RunningDispatcher.objects.get().calls == 3
    RunningDispatcher.objects.update(seen_at=timezone.now() - RunningDispatcher.AWAY_AFTER)
    assert list(found(workers.look)) == ["processes.dispatchers"]
    forget_dispatcher(token)
    assert not RunningDispatcher.objects.exists()


def test_one_silent_for_a_day_is_forgotten_when_another_begins() -> None:
    note_dispatcher(uuid4(), 0)
    RunningDispatcher.objects.update(clock=timezone.now() - timedelta(days=2), seen_at=timezone.now() - timedelta(2))
    newer = uuid4()
    note_dispatcher(newer, 0)
    assert RunningDispatcher.objects.get().pk == newer


def test_a_dispatcher_whose_clock_is_wrong() -> None:
    note_dispatcher(uuid4(), 0)
    RunningDispatcher.objects.update(clock=timezone.now() + timedelta(seconds=40), host="dial-1")
    finding = found(workers.look)["processes.clock"]
    assert finding.what.startswith("The clock of dispatcher host dial-1 is ")
    assert finding.severity is Severity.ERROR


@pytest.fixture
def waited_for(livekit: SandboxServer, agent: Agent) -> LiveKitProject:
    """A project where somebody has an agent; a dispatcher runs."""
    TelephonySettings.of(agent.workspace_id)
    note_dispatcher(uuid4(), 0)
    return LiveKitProject.default()


def test_an_agent_worker_is_missed_where_there_is_an_agent(waited_for: LiveKitProject, globex: Workspace) -> None:
    assert "No agent worker is running for LiveKit" in found(workers.look)["processes.agent_workers"].what
    assert found(workers.look, Scope(globex)) == {}
    note_worker(waited_for, uuid4(), STATE)
    assert found(workers.look) == {}
    AgentWorker.objects.update(draining=True)
    assert "accept no new calls" in found(workers.look)["processes.agent_workers"].what


def test_a_plugin_for_speech_is_missed_where_an_agent_uses_it(
    waited_for: LiveKitProject, agent: Agent, globex: Workspace
) -> None:
    Agent.objects.update(ai_provider="pipeline", stt_provider="deepgram", tts_provider="cartesia")
    note_worker(waited_for, one := uuid4(), STATE)
    assert found(workers.look) == {}  # it does not tell what it has
    note_worker(waited_for, one, {**STATE, "speech": ["cartesia"]})
    missed = found(workers.look)["processes.speech_plugin"]
    assert "has the plugin for Deepgram. Calls with 1 agents end" in missed.what
    assert (missed.severity, "livekit-plugins-deepgram" in missed.remedy) == (Severity.ERROR, True)
    assert found(workers.look, Scope(globex)) == {}
    note_worker(waited_for, uuid4(), {**STATE, "speech": ["cartesia", "deepgram"]})
    missed = found(workers.look)["processes.speech_plugin"]
    assert "Some agent workers" in missed.what
    assert missed.severity is Severity.WARNING
    note_worker(waited_for, one, {**STATE, "speech": ["cartesia"], "draining": True})
    assert found(workers.look) == {}


def test_no_agent_worker_is_missed_in_the_sandbox(waited_for: LiveKitProject, settings: Any) -> None:
    settings.LIVEKIT_IS_SANDBOX = True
    assert found(workers.look) == {}
