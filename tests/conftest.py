"""The cast of every room: acme with its owner and viewer, globex with an outsider, and their API keys."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from rest_framework.test import APIClient

from accounts.choices import Role, Scope
from accounts.models import ApiKey, Membership, User, Workspace
from accounts.services.keys import create_api_key
from accounts.services.workspaces import create_workspace
from tests import emptying

# The same examples each time, and no failure because a machine is busy.
settings.register_profile(
    "voxa", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("voxa")
emptying.install()

ApiFor = Callable[..., APIClient]


def _member(email: str, workspace: Workspace, role: Role) -> User:
    user = User.objects.create_user(email, "a long password", is_staff=True)
    Membership.objects.create(user=user, workspace=workspace, role=role)
    return user


@pytest.fixture
def acme(db: None) -> Workspace:
    return create_workspace("Acme")


@pytest.fixture
def acme_owner(acme: Workspace) -> User:
    return _member("owner@acme.example", acme, Role.OWNER)


@pytest.fixture
def acme_viewer(acme: Workspace) -> User:
    return _member("viewer@acme.example", acme, Role.VIEWER)


@pytest.fixture
def globex(db: None) -> Workspace:
    return create_workspace("Globex")


@pytest.fixture
def outsider(globex: Workspace) -> User:
    """The owner of globex, who has no business in acme."""
    return _member("owner@globex.example", globex, Role.OWNER)


@pytest.fixture
def make_key(db: None) -> Callable[..., tuple[ApiKey, str]]:
    """`make_key(workspace, *scopes)` gives the row and the text."""

    def make(workspace: Workspace, *scopes: str, **more: Any) -> tuple[ApiKey, str]:
        return create_api_key(workspace, "test", scopes or [Scope.WORKSPACE_ADMIN], **more)

    return make


@pytest.fixture
def api_for(make_key: Callable[..., tuple[ApiKey, str]]) -> ApiFor:
    """`api_for(workspace, *scopes)` gives a client with a key of these scopes, by default all."""

    def make(workspace: Workspace, *scopes: str) -> APIClient:
        text = make_key(workspace, *scopes)[1]
        return APIClient(raise_request_exception=False, HTTP_AUTHORIZATION=f"Bearer {text}")

    return make


@pytest.fixture
def api(api_for: ApiFor, acme: Workspace) -> APIClient:
    """A client with acme's key of all scopes; `api.post(path, {...})` sends JSON."""
    return api_for(acme)


@pytest.fixture
def outsider_api(api_for: ApiFor, globex: Workspace) -> APIClient:
    """A client with globex's key of all scopes."""
    return api_for(globex)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The messages that go to PostgreSQL, each with its statements."""
    messages: list[str] = []
    execute = psycopg.Cursor.execute

    def watched(self: Any, query: Any, *args: Any, **options: Any) -> Any:
        messages.append(query)
        return execute(self, query, *args, **options)

    connection.ensure_connection()
    monkeypatch.setattr(psycopg.Cursor, "execute", watched)
    return messages
