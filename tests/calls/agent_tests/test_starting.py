"""A test conversation is started over the API: a room with the agent, and a token for this room alone."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.agent_tests import sessions
from calls.models import AgentTest, Call
from telephony.livekit import client_for
from telephony.livekit.rooms import participants, rooms
from telephony.models import Agent
from tests.calls.agent_tests.conftest import Start
from tests.conftest import ApiFor
from tests.live.process import wait_until


def claims(told: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = jwt.decode(told["token"], options={"verify_signature": False})
    return read


def test_the_answer_lets_a_browser_into_one_room_with_a_microphone(start: Start, settings: Any) -> None:
    settings.LIVEKIT_PUBLIC_URL = "wss://livekit.example.com"
    told = start()
    assert (told["url"], told["status"], told["medium"]) == ("wss://livekit.example.com", "waiting", "voice")
    read = claims(told)
    assert read["sub"] == "tester"
    assert read["exp"] - read["nbf"] <= 120
    assert read["video"] == {
        "roomJoin": True,
        "room": told["room"],
        "canPublish": True,
        "canPublishSources": ["microphone"],
        "canSubscribe": True,
        "canPublishData": True,
        "canUpdateOwnMetadata": False,
    }
    project = AgentTest.objects.get(pk=told["id"]).project
    assert client_for(project).run(rooms())[0].name == told["room"]


def test_who_writes_may_publish_no_sound(start: Start) -> None:
    video = claims(start(medium="text"))["video"]
    assert video["canPublish"] is False
    assert "canPublishSources" not in video


def test_it_is_no_call(start: Start, api: APIClient) -> None:
    start()
    assert api.get("/v1/calls").json()["results"] == []
    assert api.get("/v1/usage").json()["total"]["calls"] == 0
    assert not Call.objects.exists()


def test_the_agent_is_dispatched_to_the_room(start: Start, session: AgentTest) -> None:
    def is_there() -> bool:
        return any(who.is_agent for who in client_for(session.project).run(participants(session.room_name)))

    wait_until(is_there, "the agent is in the room")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"medium": "video"}, "medium"),
        ({"variables": {"now": "x"}}, "variables.now"),
        ({"variables": []}, "variables"),
        ({"mediun": "text"}, "mediun"),
    ],
)
def test_a_wrong_body_names_the_field(start: Start, body: dict[str, Any], field: str) -> None:
    details = start(400, **body)["error"]["details"]
    assert [one["field"] for one in details] == [field]
    assert not AgentTest.objects.exists()


def test_a_workspace_has_few_at_once_and_per_hour(start: Start, agent: Agent) -> None:
    for _ in range(sessions.MOST_AT_ONCE):
        start()
    assert start(409)["error"]["code"] == "too_many_tests"
    AgentTest.objects.update(ended_at=timezone.now())
    last = AgentTest.objects.get(pk=start()["id"])
    values = {"workspace": last.workspace, "project": last.project, "agent": agent, "expires_at": timezone.now()}
    for number in range(sessions.MOST_PER_HOUR):
        AgentTest.objects.create(room_name=f"test-{number}", ended_at=timezone.now(), **values)
    assert "an hour" in start(409)["error"]["message"]
    AgentTest.objects.update(created_at=timezone.now() - timedelta(hours=2))
    start()


def test_without_livekit_nothing_is_started(agent: Agent, api: APIClient, settings: Any) -> None:
    settings.LIVEKIT_URL = settings.LIVEKIT_API_KEY = settings.LIVEKIT_API_SECRET = ""
    answer = api.post(f"/v1/agents/{agent.pk}/test-sessions")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "telephony_not_configured")
    assert not AgentTest.objects.exists()


def test_an_unreachable_livekit_frees_the_place(agent: Agent, api: APIClient, settings: Any) -> None:
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = "ws://127.0.0.1:9", "key", "s" * 32
    answer = api.post(f"/v1/agents/{agent.pk}/test-sessions")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "livekit_unavailable")
    assert AgentTest.objects.get().ended_at is not None


def test_only_who_may_edit_the_agent_may_talk_to_it(
    start: Start, session: AgentTest, agent: Agent, acme: Workspace, api_for: ApiFor, outsider_api: APIClient
) -> None:
    path, own = f"/v1/agents/{agent.pk}/test-sessions", f"/v1/test-sessions/{session.pk}"
    reader = api_for(acme, "agents:read", "calls:write")
    assert reader.post(path).status_code == 403
    assert reader.delete(own).status_code == 403
    assert reader.get(own).status_code == 200
    assert "token" not in reader.get(own).json()
    for method, url in [("post", path), ("get", path), ("get", own), ("delete", own)]:
        assert getattr(outsider_api, method)(url).status_code == 404, (method, url)
    assert [one["id"] for one in reader.get(path).json()["results"]] == [str(session.pk)]
