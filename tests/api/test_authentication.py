"""401 is for who you are, 403 for what your key may do, 404 for what is not yours."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from accounts.services.keys import create_api_key, make_key_text, revoke
from telephony.models import Agent
from tests.conftest import ApiFor

pytestmark = pytest.mark.urls("tests.api.probe")


def client(authorization: str) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=authorization)


def refusal(response: Any) -> str:
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    error = response.json()["error"]
    assert error["code"] == "not_authenticated"
    message: str = error["message"]
    return message


@pytest.mark.django_db
@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic YTpi", "vx_live_x", "Bearer nonsense"])
def test_without_a_key_it_is_401(authorization: str) -> None:
    refusal(client(authorization).get("/v1/probes"))
    refusal(APIClient().get("/v1/probes"))


@pytest.mark.django_db
def test_a_key_that_nobody_made_is_401() -> None:
    refusal(client(f"Bearer {make_key_text()}").get("/v1/probes"))


def test_a_revoked_key_is_refused_at_once(acme: Workspace) -> None:
    key, text = create_api_key(acme, "ci", [Scope.AGENTS_READ])
    api = client(f"Bearer {text}")
    assert api.get("/v1/probes").status_code == 200
    revoke(key)
    assert "revoked" in refusal(api.get("/v1/probes"))


def test_a_key_ends_at_its_expiry(acme: Workspace, time_machine: Any) -> None:
    end = datetime(2030, 1, 1, tzinfo=UTC)
    api = client(f"bearer {create_api_key(acme, 'ci', [Scope.AGENTS_READ], expires_at=end)[1]}")
    time_machine.move_to(end - timedelta(seconds=1), tick=False)
    assert api.get("/v1/probes").status_code == 200
    time_machine.move_to(end, tick=False)
    assert "expired" in refusal(api.get("/v1/probes"))


def test_the_keys_of_a_closed_workspace_are_refused(acme: Workspace, api: APIClient) -> None:
    Workspace.objects.filter(pk=acme.pk).update(closed_at=timezone.now())
    assert "closed" in refusal(api.get("/v1/probes"))


def test_a_weaker_scope_is_403_and_names_what_is_missing(acme: Workspace, api_for: ApiFor) -> None:
    response = api_for(acme, Scope.AGENTS_READ).post("/v1/probes", {"name": "a"})
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "insufficient_scope"
    assert "agents:write" in response.json()["error"]["message"]
    assert not Agent.objects.exists()


@pytest.mark.parametrize(
    ("scope", "read", "write"),
    [("agents:read", 200, 403), ("agents:write", 403, 201), ("calls:write", 403, 403), ("workspace:admin", 200, 201)],
)
def test_each_scope_opens_its_own_door(acme: Workspace, api_for: ApiFor, scope: str, read: int, write: int) -> None:
    api = api_for(acme, scope)
    assert api.get("/v1/probes").status_code == read
    assert api.post("/v1/probes", {"name": "a"}).status_code == write


def test_another_workspaces_row_is_404_and_not_listed(api: APIClient, outsider_api: APIClient) -> None:
    probe = api.post("/v1/probes", {"name": "a"}).json()
    assert api.get(f"/v1/probes/{probe['id']}").json() == probe
    assert outsider_api.get(f"/v1/probes/{probe['id']}").status_code == 404
    assert outsider_api.get("/v1/probes").json()["results"] == []


def test_a_session_of_the_admin_opens_nothing(acme_owner: Any) -> None:
    api = APIClient()
    api.force_login(acme_owner, backend="django.contrib.auth.backends.ModelBackend")
    refusal(api.get("/v1/probes"))


def test_a_request_authenticates_by_one_query(api: APIClient, django_assert_num_queries: Any) -> None:
    api.get("/v1/probes")  # notes the use of the key, for this minute
    with django_assert_num_queries(2):  # the key with its workspace, the page
        api.get("/v1/probes")
