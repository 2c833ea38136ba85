"""/healthz, /readyz and /metrics: what they say, and to whom."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from telephony.models import LiveKitProject


def test_a_living_process_answers_without_asking_anybody(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db(transaction=True)
def test_ready_means_database_and_broker(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.content
    assert answer.json() == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok", "broker": "ok"},
        "livekit": "not configured",
        "workers": {"urgent": "ok", "ordinary": "ok", "external": "ok"},
    }


@pytest.mark.django_db(transaction=True)
def test_livekit_away_is_shown_and_changes_nothing(client: Client, settings: Any) -> None:
    settings.LIVEKIT_API_KEY = settings.LIVEKIT_API_SECRET = "k"
    LiveKitProject.objects.create(
        is_default=True, name="Default", url="ws://127.0.0.1:1", last_failed_at="2026-01-01T00:00Z"
    )
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["livekit"]) == (200, "not reachable")


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_means_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voxa.health.app.connection_for_write", lambda: _refused())
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (
        503,
        {"database": "ok", "migrations": "ok", "broker": "not reachable"},
    )


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_means_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("health_check.checks.Database.run", lambda self: _refused())
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "not reachable")
    assert connection.vendor not in answer.text


@pytest.mark.django_db(transaction=True)
def test_a_database_without_the_newest_tables_means_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voxa.health.Migrations.applied", False)
    monkeypatch.setattr("voxa.health.MigrationExecutor.migration_plan", lambda self, targets: ["one"])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "not applied: run manage.py migrate")


@pytest.mark.django_db(transaction=True)
def test_probes_come_by_addresses_that_nobody_lists(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["voxa.example.com"]
    for path in ("/healthz", "/readyz", "/metrics"):
        assert client.get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200, path
    assert client.get("/v1/agents", headers={"host": "10.1.2.3:8000"}).status_code == 400


def _refused() -> None:
    raise ConnectionRefusedError("secret-host:5432")
