"""Keys are pressed by the worker in the room, and which they were is written nowhere."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.models import Call, Event
from calls.services.digits import TOPIC
from telephony.livekit import LiveKitUnavailable
from tests.calls.abilities.room import Room, room_of
from tests.conftest import ApiFor


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    return room_of("digits", monkeypatch)


def press(api: APIClient, call: Call, digits: Any = "1w42#") -> Any:
    return api.post(f"/v1/calls/{call.pk}/dtmf", {"digits": digits})


def test_the_worker_in_the_room_is_asked(api: APIClient, call: Call, room: Room) -> None:
    answer = press(api, call)
    assert (answer.status_code, answer.json()["id"]) == (202, str(call.pk))
    (sent,) = room.sent
    assert (sent["to"], sent["topic"], sent["digits"]) == (["agent-1"], TOPIC, "1W42#")


def test_the_timeline_tells_that_it_was_done_once_and_not_what(
    api: APIClient, call: Call, room: Room, worker: APIClient
) -> None:
    press(api, call)
    for _ in range(2):
        assert worker.post("/internal/agent/digits", {"id": room.sent[0]["id"], "count": 4}).status_code == 200
    lines = Event.objects.filter(call=call, type__startswith="digits.").order_by("id")
    assert [(line.type, line.data["count"]) for line in lines] == [("digits.requested", 4), ("digits.sent", 4)]
    assert "42" not in json.dumps([{**line.data, "id": ""} for line in lines])


def test_without_a_worker_nothing_is_pressed(api: APIClient, call: Call, room: Room) -> None:
    room.people = room.people[1:]
    answer = press(api, call)
    assert (answer.status_code, answer.json()["error"]["code"], room.sent) == (409, "no_worker", [])


def test_nothing_is_pressed_in_a_call_that_is_over(api: APIClient, call: Call, room: Room) -> None:
    Call.objects.filter(pk=call.pk).update(status="completed")
    assert press(api, call).json()["error"]["code"] == "not_in_progress"


def test_livekit_out_of_reach_is_said(api: APIClient, call: Call, room: Room) -> None:
    room.error = LiveKitUnavailable("LiveKit did not answer.")
    assert press(api, call).status_code == 503


@pytest.mark.parametrize("digits", ["", "12x", "+1", "1" * 65, "١", None, 7.5])
def test_other_digits_are_refused(api: APIClient, call: Call, room: Room, digits: Any) -> None:
    answer = press(api, call, digits)
    assert (answer.status_code, [one["field"] for one in answer.json()["error"]["details"]]) == (400, ["digits"])


def test_strangers_and_readers_press_nothing(
    call: Call, room: Room, outsider_api: APIClient, api_for: ApiFor, acme: Workspace
) -> None:
    assert press(outsider_api, call).status_code == 404
    assert press(api_for(acme, "calls:read"), call).status_code == 403
    assert press(APIClient(), call).status_code == 401
    assert room.sent == []
