"""One client a project, and an honest record of whether the project answers."""

from typing import Any

import pytest
from django.db import DatabaseError

from telephony.livekit import (
    LiveKitNotConfigured,
    LiveKitRefused,
    LiveKitUnauthorized,
    LiveKitUnavailable,
    LiveKitWithoutSip,
    client_for,
    registry,
    trunks,
)
from telephony.livekit.rooms import transfer
from telephony.models import LiveKitProject
from tests.faults import FaultyServer
from tests.sandbox import SandboxServer
from tests.telephony.livekit_client.conftest import OUTBOUND, RULE

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(sandbox: SandboxServer) -> LiveKitProject:
    return LiveKitProject.objects.create(
        name="sandbox", url=sandbox.url, api_key=sandbox.key, api_secret=sandbox.secret
    )


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Note every call, as if each came long after the one before."""
    monkeypatch.setattr(registry, "FRESH", 0.0)


def test_a_project_keeps_its_client_until_its_credentials_change(project: LiveKitProject) -> None:
    first = client_for(project)
    assert client_for(LiveKitProject.objects.get(pk=project.pk)) is first
    project.api_secret = "another" * 6
    second = client_for(project)
    assert second is not first
    with pytest.raises(LiveKitUnauthorized):
        second.run(trunks.list_rules())


def test_the_default_project_reads_its_secret_from_the_settings(sandbox: SandboxServer, settings: Any) -> None:
    settings.LIVEKIT_URL = sandbox.http_url
    default = LiveKitProject.default()
    with pytest.raises(LiveKitNotConfigured):
        client_for(default)
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = sandbox.key, sandbox.secret
    assert client_for(default).run(trunks.list_rules()) == []


def test_a_project_without_a_url_is_not_configured() -> None:
    with pytest.raises(LiveKitNotConfigured):
        client_for(LiveKitProject(name="empty", api_key="key", api_secret="secret"))


@pytest.mark.usefixtures("always")
def test_the_last_call_decides_whether_it_was_reachable(project: LiveKitProject, sandbox: SandboxServer) -> None:
    client = client_for(project)
    assert (project.was_reachable, project.last_ok_at) == (True, None)
    sandbox.stop()
    with pytest.raises(LiveKitUnavailable):
        client.run(trunks.list_rules())
    project.refresh_from_db()
    assert not project.was_reachable
    assert project.last_error == "LiveKit cannot be reached. Check that it runs and that its URL is right."
    sandbox.start()
    client.run(trunks.list_rules())
    project.refresh_from_db()
    assert (project.was_reachable, project.last_error) == (True, "")


@pytest.mark.usefixtures("always")
def test_a_key_that_is_not_taken_is_not_reachable(project: LiveKitProject) -> None:
    project.api_secret = "wrong" * 10
    with pytest.raises(LiveKitUnauthorized):
        client_for(project).run(trunks.list_rules())
    project.refresh_from_db()
    assert not project.was_reachable
    assert project.last_error.startswith("LiveKit rejects the API key and secret.")


@pytest.mark.usefixtures("always")
def test_a_refusal_is_an_answer(project: LiveKitProject) -> None:
    client = client_for(project)
    client.run(trunks.create_rule(RULE))
    with pytest.raises(LiveKitRefused):
        client.run(trunks.create_rule(RULE))
    project.refresh_from_db()
    assert (project.was_reachable, project.last_error) == (True, "")


@pytest.mark.usefixtures("always")
def test_a_server_without_its_sip_service_is_reachable(project: LiveKitProject, faulty: FaultyServer) -> None:
    faulty.answers = 503, "application/json", b'{"code": "unavailable", "msg": "no response from servers"}'
    project.url = faulty.url
    with pytest.raises(LiveKitWithoutSip, match="Check that livekit-sip runs"):
        client_for(project).run(transfer("room", "phone", "tel:+15550100001"))
    project.refresh_from_db()
    assert (project.was_reachable, project.last_error) == (True, "")


def test_calls_close_together_are_noted_once(
    project: LiveKitProject, sandbox: SandboxServer, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "FRESH", 1000.0)
    client = client_for(project)
    with django_assert_num_queries(1):
        for _ in range(5):
            client.run(trunks.list_rules())
    sandbox.stop()
    with django_assert_num_queries(1):
        for _ in range(3):
            with pytest.raises(LiveKitUnavailable):
                client.run(trunks.list_rules())


def test_an_id_is_not_lost_because_the_note_could_not_be_written(
    project: LiveKitProject, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(_: object) -> None:
        raise DatabaseError("database is locked")

    monkeypatch.setattr(registry, "_write_success", locked)
    assert client_for(project).run(trunks.create_outbound(OUTBOUND)).startswith("ST_")
    assert "Could not record" in caplog.text
