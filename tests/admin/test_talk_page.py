"""The page where somebody talks to an agent, for people who may edit it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User, Workspace
from calls.models import AgentTest
from telephony.models import Agent, LiveKitProject
from tests.sandbox import SandboxServer

SignedIn = Callable[[User], Client]


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    return Agent.objects.create(workspace=acme, name="Reception")


@pytest.fixture
def path(agent: Agent) -> str:
    return f"/admin/agents/{agent.pk}/talk/"


@pytest.fixture
def livekit(settings: Any, sandbox: SandboxServer) -> SandboxServer:
    settings.LIVEKIT_URL = sandbox.url
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = sandbox.key, sandbox.secret
    return sandbox


def test_it_may_connect_to_livekit_and_other_pages_may_not(
    path: str, livekit: SandboxServer, signed_in: SignedIn, acme_owner: User, settings: Any
) -> None:
    settings.LIVEKIT_PUBLIC_URL = "wss://acme.livekit.cloud"
    client = signed_in(acme_owner)
    policy = client.get(path).headers["Content-Security-Policy"]
    (connect,) = [part.strip() for part in policy.split(";") if "connect-src" in part]
    assert connect == (
        "connect-src 'self' wss://acme.livekit.cloud https://acme.livekit.cloud wss://*.livekit.cloud "
        "https://*.livekit.cloud"
    )
    assert "connect-src" not in client.get("/admin/").headers["Content-Security-Policy"]


def test_the_agents_page_leads_to_it_for_who_may_edit(
    path: str, agent: Agent, signed_in: SignedIn, acme_owner: User, acme_operator: User
) -> None:
    change = f"/admin/telephony/agent/{agent.pk}/change/"
    assert path in signed_in(acme_owner).get(change).content.decode()
    assert path not in signed_in(acme_operator).get(change).content.decode()


def test_a_test_is_started_and_ended(path: str, livekit: SandboxServer, signed_in: SignedIn, acme_admin: User) -> None:
    client = signed_in(acme_admin)
    answer = client.post(path, {"medium": "text"})
    assert (answer.status_code, set(answer.json())) == (201, {"id", "room", "url", "token"})
    test = AgentTest.objects.get()
    assert (test.medium, test.started_by) == ("text", acme_admin)
    assert client.post(f"{path}end/", {"test": "no id"}).status_code == 204
    assert client.post(f"{path}end/", {"test": str(test.pk)}).status_code == 204
    test.refresh_from_db()
    assert test.ended_at is not None
    assert client.post(path, {"medium": "video"}).status_code == 400


def test_others_may_not(
    path: str, livekit: SandboxServer, signed_in: SignedIn, acme_operator: User, acme_viewer: User, outsider: User
) -> None:
    for user in (acme_operator, acme_viewer, outsider):
        client = signed_in(user)
        for one in (path, f"{path}end/"):
            assert client.post(one, {"medium": "text"}).status_code == 403
        assert client.get(path).status_code == 403
    assert not AgentTest.objects.exists()


def test_without_livekit_the_page_says_so(path: str, signed_in: SignedIn, acme_owner: User, settings: Any) -> None:
    settings.LIVEKIT_URL = settings.LIVEKIT_API_KEY = settings.LIVEKIT_API_SECRET = ""
    LiveKitProject.objects.update(url=None)
    client = signed_in(acme_owner)
    assert "LiveKit is not configured" in client.get(path).content.decode()
    answer = client.post(path, {"medium": "text"})
    assert (answer.status_code, "LIVEKIT_URL" in answer.json()["message"]) == (409, True)
