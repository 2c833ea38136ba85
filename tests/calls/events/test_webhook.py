"""LiveKit's webhook: who signed it decides whose it is, and it is stored once."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from accounts.models import Workspace
from calls.models import Call, LiveKitEvent
from telephony.models import LiveKitProject
from tests.calls.events.conftest import SECRET, Deliver, Entrance, event, joined, make_entrance, signed


def test_an_event_is_stored_and_becomes_a_call(entrance: Entrance, deliver: Deliver) -> None:
    payload = joined(entrance)
    assert deliver(entrance.project, payload).status_code == 200
    row = LiveKitEvent.objects.get()
    assert (row.project, row.event_id, row.room_name) == (entrance.project, payload["id"], entrance.room)
    assert row.payload == payload
    assert row.ingested_at is not None
    assert Call.objects.get().room_name == entrance.room


def test_an_event_that_comes_again_is_stored_once(transactional_db: None, entrance: Entrance, deliver: Deliver) -> None:
    payload = joined(entrance)
    assert [deliver(entrance.project, payload).status_code for _ in range(3)] == [200, 200, 200]
    assert LiveKitEvent.objects.count() == Call.objects.count() == 1


def test_the_default_projects_key_comes_from_the_settings(db: None, deliver: Deliver, settings: Any) -> None:
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = "ws://x.example", "envkey", SECRET
    project = LiveKitProject.default()
    assert deliver(project, event("room_started", "call-x")).status_code == 200
    assert LiveKitEvent.objects.get().project == project


def test_two_servers_of_one_key_are_told_apart_by_their_secrets(
    entrance: Entrance, globex: Workspace, deliver: Deliver
) -> None:
    other = make_entrance(globex, "globexkey").project
    LiveKitProject.objects.filter(pk=other.pk).update(api_key="acmekey")
    other.refresh_from_db()
    assert deliver(other, event("room_started", "call-x")).status_code == 200
    assert LiveKitEvent.objects.get().project == other


@pytest.mark.parametrize(
    "forged",
    [
        {"token": ""},
        {"token": "no.token.at-all"},
        {"token": "é" * 10},
        {"token": signed("{}", "acmekey", SECRET)},
        {"token": signed("{}", "strangerkey", SECRET)},
        {"sent": '{"event": "room_started", "id": "EV_other"}'},
    ],
    ids=["none", "nonsense", "no ascii", "another secret", "an unknown key", "another body"],
)
def test_what_no_key_of_ours_signed_is_refused(entrance: Entrance, deliver: Deliver, forged: dict[str, Any]) -> None:
    answer = deliver(entrance.project, joined(entrance), **forged)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"
    assert not LiveKitEvent.objects.exists()


def test_a_token_that_is_long_past_is_refused(entrance: Entrance, deliver: Deliver) -> None:
    body = json.dumps(joined(entrance))
    old = signed(body, *entrance.project.credentials, ttl=timedelta(minutes=-2))
    assert deliver(entrance.project, {}, body=body, token=old).status_code == 401


@pytest.mark.parametrize(
    "body", ["", "nonsense", "[]", '"text"', "{}", '{"event": "room_started"}', '{"event": 7, "id": "EV_1"}']
)
def test_a_signed_body_that_is_no_event_is_a_400(entrance: Entrance, deliver: Deliver, body: str) -> None:
    assert deliver(entrance.project, {}, body=body).status_code == 400


def test_a_body_that_is_no_text_is_a_400(entrance: Entrance, deliver: Deliver) -> None:
    assert deliver(entrance.project, {}, body="{}", sent=b"\xff\xfe").status_code == 400


def test_a_body_beyond_a_mebibyte_is_a_413(entrance: Entrance, deliver: Deliver) -> None:
    body = json.dumps(joined(entrance)) + " " * 1_048_576
    assert deliver(entrance.project, {}, body=body).status_code == 413


def test_a_fault_of_ours_asks_livekit_to_send_again(
    entrance: Entrance, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(LiveKitEvent, "save", away)
    assert deliver(entrance.project, joined(entrance)).status_code == 503


def test_only_a_post_is_an_event(client: Client) -> None:
    assert client.get("/livekit/webhook").status_code == 405


def test_the_rooms_own_secret_is_not_kept(entrance: Entrance, deliver: Deliver) -> None:
    payload = joined(entrance)
    payload["room"]["turnPassword"] = "not-to-be-kept"
    deliver(entrance.project, payload)
    assert "turnPassword" not in LiveKitEvent.objects.get().payload["room"]
