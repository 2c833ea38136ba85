"""The agent of a live call is asked to speak, to stop hearing, or to hold; people listen in with the least rights."""

import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from agents.names import CONTROL
from calls.models import Call, Event
from calls.services.agent_control import WITH_TEXT, Control
from telephony.livekit import LiveKitUnavailable
from telephony.models import Agent
from tests.calls.abilities.room import PHONE, Room, room_of
from tests.conftest import ApiFor

ACTIONS = [one.value for one in Control]


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    return room_of("notices", monkeypatch)


def ask(api: APIClient, call: Call, action: str = "say", text: Any = "One moment.") -> Any:
    return api.post(f"/v1/calls/{call.pk}/{action}", {"text": text} if action in WITH_TEXT else None)


def lines(call: Call) -> list[tuple[str, Any]]:
    rows = Event.objects.filter(call=call).filter(type__regex=r"^(control\.|call\.listened)").order_by("id")
    return [(row.type, row.data.get("action")) for row in rows]


@pytest.mark.parametrize("action", ACTIONS)
def test_the_worker_is_asked_and_confirms_once(
    api: APIClient, call: Call, room: Room, worker: APIClient, action: str
) -> None:
    answer = ask(api, call, action)
    assert (answer.status_code, answer.json()["id"]) == (202, str(call.pk))
    (sent,) = room.sent
    assert (sent["to"], sent["topic"], sent["action"]) == (["agent-1"], CONTROL, action)
    assert sent["text"] == ("One moment." if action in WITH_TEXT else "")
    for _ in range(2):
        told = {"id": sent["id"], "action": action, "done": action != "mute"}
        assert worker.post("/internal/agent/control", told).status_code == 200
    outcome = "control.failed" if action == "mute" else "control.done"
    assert lines(call) == [("control.requested", action), (outcome, action)]
    assert "One moment" not in json.dumps(list(Event.objects.filter(call=call).values_list("data", flat=True)))


def test_without_a_worker_the_remedy_is_named(api: APIClient, call: Call, room: Room) -> None:
    room.people = [PHONE]
    answer = ask(api, call)
    assert (answer.status_code, answer.json()["error"]["code"], room.sent) == (409, "no_worker", [])
    assert "Wait until one has joined" in answer.json()["error"]["message"]
    assert lines(call) == [("control.requested", "say"), ("control.failed", "say")]


@pytest.mark.parametrize("action", [*ACTIONS, "listen"])
@pytest.mark.parametrize(
    "state", [{"status": "queued"}, {"status": "ringing"}, {"status": "completed"}, {"end_requested": "hung_up"}]
)
def test_nothing_is_asked_of_a_call_that_is_not_live(
    api: APIClient, call: Call, room: Room, action: str, state: dict[str, str]
) -> None:
    Call.objects.filter(pk=call.pk).update(**state)
    answer = ask(api, call, action)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_in_progress")
    assert (room.sent, lines(call)) == ([], [])


def test_livekit_out_of_reach_is_said(api: APIClient, call: Call, room: Room) -> None:
    room.error = LiveKitUnavailable("LiveKit did not answer.")
    assert ask(api, call, "hold").status_code == 503


@pytest.mark.parametrize("action", WITH_TEXT)
@pytest.mark.parametrize("text", ["", "  ", "\0", "x" * 1_001, None, {"a": 1}])
def test_other_texts_are_refused(api: APIClient, call: Call, room: Room, action: str, text: Any) -> None:
    answer = ask(api, call, action, text)
    assert (answer.status_code, [one["field"] for one in answer.json()["error"]["details"]]) == (400, ["text"])
    assert room.sent == []


def test_a_bot_of_ones_own_is_not_told_what_to_say(api: APIClient, call: Call, room: Room) -> None:
    Agent.objects.filter(calls=call).update(ai_provider="custom")
    assert [ask(api, call, one).json()["error"]["code"] for one in WITH_TEXT] == ["cannot_say", "cannot_whisper"]
    assert ask(api, call, "hold").status_code == 202


def test_a_listener_may_hear_one_room_and_nothing_else(api: APIClient, call: Call) -> None:
    answer = api.post(f"/v1/calls/{call.pk}/listen")
    assert (answer.status_code, set(answer.json())) == (200, {"room", "url", "token"})
    claims = jwt.decode(answer.json()["token"], options={"verify_signature": False})
    video = {name: value for name, value in claims["video"].items() if value not in (None, [])}
    assert video == {
        "roomJoin": True, "room": call.room_name, "hidden": True, "canSubscribe": True, "canPublish": False,
        "canPublishData": False, "canUpdateOwnMetadata": False,
    }  # fmt: skip
    assert "kind" not in claims or claims["kind"] == "standard"
    assert (claims["sub"].startswith("listener-"), claims["exp"] - claims["nbf"] <= 120) == (True, True)
    assert lines(call) == [("call.listened", None)]
    assert Event.objects.get(call=call, type="call.listened").data["by"]


@pytest.mark.parametrize("action", [*ACTIONS, "listen"])
def test_strangers_and_readers_ask_nothing(
    call: Call, room: Room, outsider_api: APIClient, api_for: ApiFor, acme: Workspace, action: str
) -> None:
    assert ask(outsider_api, call, action).status_code == 404
    assert ask(api_for(acme, "calls:read"), call, action).status_code == 403
    assert ask(APIClient(), call, action).status_code == 401
    supervises = action in ("listen", "whisper")
    assert ask(api_for(acme, "calls:write"), call, action).status_code == (403 if supervises else 202)
    assert [sent["action"] for sent in room.sent] == ([] if supervises else [action])


def test_a_worker_confirms_for_its_own_call_alone(
    call: Call, worker_for: Callable[..., APIClient], worker: APIClient
) -> None:
    told = {"id": "0b9f3c1e-3f0e-4c50-9a6c-51c0a6f8d201", "action": "mute", "done": True}
    assert worker_for(call.project).post("/internal/agent/control", told).status_code == 404  # of no call
    assert worker.post("/internal/agent/control", {**told, "action": "dance"}).status_code == 400
    assert lines(call) == []
