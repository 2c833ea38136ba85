"""Workers make themselves known."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Workspace
from calls.models import AgentWorker
from tests.calls.agent.conftest import REPORT, WorkerFor
from tests.calls.events.conftest import Entrance, make_entrance

ID = "3e2b5f0a-9a0c-4f7e-8d0a-0f9f6a1b2c3d"


def state(**more: Any) -> dict[str, Any]:
    return {"worker": {"id": ID, "host": "node-1", "sessions": 2, "load": 0.4, "memoryBytes": 300_000_000, **more}}


def test_a_worker_is_known_by_its_reports(worker_for: WorkerFor, entrance: Entrance) -> None:
    client = worker_for(entrance.project)
    client.post(REPORT, state())
    assert client.post(REPORT, state(sessions=3, draining=True)).status_code == 200
    row = AgentWorker.objects.get()
    assert (str(row.pk), row.project, row.sessions, row.draining) == (ID, entrance.project, 3, True)
    assert not row.is_away
    assert row.speech is None
    client.post(REPORT, state(speech=["deepgram", "of-the-future"]))
    assert AgentWorker.objects.get().speech == ["deepgram", "of-the-future"]


def test_a_silent_worker_is_away_and_forgotten_after_a_day(worker_for: WorkerFor, entrance: Entrance) -> None:
    client = worker_for(entrance.project)
    client.post(REPORT, state())
    AgentWorker.objects.update(seen_at=timezone.now() - timedelta(seconds=40))
    assert AgentWorker.objects.get().is_away
    AgentWorker.objects.update(seen_at=timezone.now() - timedelta(days=2))
    client.post(REPORT, state(id="3e2b5f0a-9a0c-4f7e-8d0a-0f9f6a1b2c3e"))
    assert [str(row.pk) for row in AgentWorker.objects.all()] == ["3e2b5f0a-9a0c-4f7e-8d0a-0f9f6a1b2c3e"]


def test_another_projects_worker_is_left_alone(worker_for: WorkerFor, entrance: Entrance, globex: Workspace) -> None:
    worker_for(entrance.project).post(REPORT, state())
    theirs = worker_for(make_entrance(globex, "globexkey").project)
    assert theirs.post(REPORT, state(sessions=9)).json()["error"]["code"] == "worker_id_taken"
    assert AgentWorker.objects.get().sessions == 2
