"""Who may ask what an agent is to say: only who holds the secret of the call's LiveKit project."""

import time
from typing import Any

import pytest
from livekit.api import AccessToken, VideoGrants
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.models import Call
from tests.calls.agent.conftest import REPORT, SESSION, WorkerFor, token
from tests.calls.events.conftest import make_entrance


def test_a_worker_of_the_calls_project_is_let_in(worker: APIClient) -> None:
    assert worker.get(SESSION).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": None},
        {"aud": "livekit"},
        {"exp": None},
        {"exp": int(time.time()) - 60},
        {"exp": int(time.time()) + 3600},
        {"iat": None},
        {"iss": None},
        {"iss": "nobody"},
        {"room": 7},
        {"video": {"roomJoin": True}},
        {"secret": "another-secret-of-32-characters-or-more"},
    ],
)
@pytest.mark.parametrize("path", [SESSION, REPORT])
def test_any_other_token_is_refused(worker_for: WorkerFor, call: Call, claims: dict[str, Any], path: str) -> None:
    client = worker_for(call.project, **{"room": call.room_name, **claims})
    assert (client.get if path == SESSION else client.post)(path).status_code == 401


def test_a_token_for_joining_a_room_is_refused(call: Call) -> None:
    key, secret = call.project.credentials
    grants = VideoGrants(room_join=True, room=call.room_name)
    text = AccessToken(key, secret).with_identity("agent").with_grants(grants).to_jwt()
    answer = APIClient(HTTP_AUTHORIZATION=f"Bearer {text}").get(SESSION)
    assert answer.status_code == 401
    assert "voxa-worker" in answer.json()["error"]["message"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x.y.z", "Basic abc", "Bearer \x00"])
def test_no_token_at_all_is_refused(call: Call, header: str) -> None:
    assert APIClient(HTTP_AUTHORIZATION=header).get(SESSION).status_code == 401


def test_an_api_key_is_no_workers_token(api: APIClient, call: Call) -> None:
    assert api.get(SESSION).status_code == 401


def test_a_neighbours_project_does_not_know_the_call(worker_for: WorkerFor, call: Call, globex: Workspace) -> None:
    theirs = make_entrance(globex, "globexkey").project
    stranger = worker_for(theirs, call.room_name)
    assert stranger.post(REPORT, {"end": "agent_hung_up"}).status_code in (404, 503)
    assert stranger.get(SESSION).status_code in (404, 503)
    call.refresh_from_db()
    assert call.end_requested == ""


def test_the_key_of_a_token_does_not_choose_another_projects_secret(call: Call, globex: Workspace) -> None:
    theirs = make_entrance(globex, "globexkey").project
    text = token(call.project, call.room_name, secret=theirs.credentials[1])
    assert APIClient(HTTP_AUTHORIZATION=f"Bearer {text}").get(SESSION).status_code == 401
