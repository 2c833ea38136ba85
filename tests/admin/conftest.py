"""Browsers of the people in the cast."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.choices import Role
from accounts.models import Membership, User, Workspace

Browser = Callable[[User], Client]


@pytest.fixture
def signed_in(db: None) -> Browser:
    """`signed_in(user)` gives a client with a session of that person."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("root@voxa.example", "a long password")


@pytest.fixture
def acme_admin(acme: Workspace) -> User:
    return _member("admin@acme.example", acme, Role.ADMIN)


@pytest.fixture
def acme_operator(acme: Workspace) -> User:
    return _member("operator@acme.example", acme, Role.OPERATOR)


def _member(email: str, workspace: Workspace, role: Role) -> User:
    user = User.objects.create_user(email, "a long password", is_staff=True)
    Membership.objects.create(user=user, workspace=workspace, role=role)
    return user
