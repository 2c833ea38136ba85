"""Making workspaces and telling who sees which."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError

from accounts.choices import Role
from accounts.models import User, Workspace
from accounts.selectors import role_of
from accounts.services.workspaces import create_workspace

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme Europe", "acme-europe"),
        ("ACME_1", "acme-1"),
        ("株式会社", "workspace"),
        ("-", "workspace"),
        ("é" * 99, "e" * 36),
    ],
)
def test_a_slug_is_made_from_the_name(name: str, slug: str) -> None:
    assert create_workspace(name).slug == slug


def test_a_taken_slug_is_numbered() -> None:
    assert [create_workspace("Acme").slug for _ in range(3)] == ["acme", "acme-2", "acme-3"]


def test_every_wrong_field_is_named() -> None:
    create_workspace("Acme")
    with pytest.raises(ValidationError) as caught:
        create_workspace("", country="XX", time_zone="Mars/Base", slug="acme")
    assert set(caught.value.message_dict) == {"name", "country", "time_zone", "slug"}


def test_members_have_a_role_in_their_workspaces_alone(acme: Workspace, acme_viewer: User, outsider: User) -> None:
    assert role_of(acme_viewer, acme) is Role.VIEWER
    assert role_of(outsider, acme) is None


def test_superusers_are_owners_everywhere(acme: Workspace, globex: Workspace) -> None:
    root = User.objects.create_superuser("root@voxa.example", "a long password")
    assert {role_of(root, acme), role_of(root, globex)} == {Role.OWNER}


def test_nobody_and_the_inactive_have_no_role(acme: Workspace, acme_owner: User) -> None:
    acme_owner.is_active = False
    for person in (AnonymousUser(), acme_owner):
        assert role_of(person, acme) is None
