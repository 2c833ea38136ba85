"""Members: who may make whom what."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.choices import Role
from accounts.models import Membership, User, Workspace
from tests.admin.conftest import Browser
from tests.admin.forms import form_of, new_row


def page(workspace: Workspace) -> str:
    return reverse("admin:accounts_workspace_change", args=[workspace.pk])


def set_role(client: Client, workspace: Workspace, user: User, role: str) -> Any:
    """Post the workspace's page with one person's role changed, or the person removed when it is empty."""
    data = form_of(client, page(workspace))
    pk = Membership.objects.get(user=user, workspace=workspace).pk
    place = next(name for name, value in data.items() if name.endswith("-id") and value == pk).removesuffix("-id")
    return client.post(page(workspace), data | ({f"{place}-role": role} if role else {f"{place}-DELETE": "on"}))


def errors(answer: Any) -> list[str]:
    formset = answer.context["inline_admin_formsets"][0].formset
    return [*formset.non_form_errors(), *(error for row in formset.errors for found in row.values() for error in found)]


def role_of(user: User) -> str:
    return Membership.objects.get(user=user).role


@pytest.fixture
def newcomer(db: None) -> User:
    return User.objects.create_user("new@voxa.example", "a long password", is_staff=True)


def test_an_admin_adds_a_person_by_email(acme: Workspace, acme_admin: User, newcomer: User, signed_in: Browser) -> None:
    client = signed_in(acme_admin)
    data = form_of(client, page(acme)) | new_row("memberships", 1, user="NEW@voxa.example", role="operator")
    client.post(page(acme), data)
    assert role_of(newcomer) == Role.OPERATOR


def test_an_unknown_address_is_refused_with_a_remedy(acme: Workspace, acme_admin: User, signed_in: Browser) -> None:
    client = signed_in(acme_admin)
    data = form_of(client, page(acme)) | new_row("memberships", 1, user="nobody@voxa.example", role="viewer")
    assert errors(client.post(page(acme), data)) == [
        "No user has this email address. Invite the person under Invitations."
    ]


def test_an_admin_does_not_touch_owners(
    acme: Workspace, acme_owner: User, acme_admin: User, acme_viewer: User, signed_in: Browser
) -> None:
    client = signed_in(acme_admin)
    refusal = ["Only an owner may add, change or remove an owner."]
    assert errors(set_role(client, acme, acme_owner, "viewer")) == refusal
    assert errors(set_role(client, acme, acme_owner, "")) == refusal
    assert errors(set_role(client, acme, acme_viewer, "owner")) == refusal
    assert (role_of(acme_owner), role_of(acme_viewer)) == (Role.OWNER, Role.VIEWER)


def test_an_owner_makes_another_owner(acme: Workspace, acme_owner: User, acme_viewer: User, signed_in: Browser) -> None:
    set_role(signed_in(acme_owner), acme, acme_viewer, "owner")
    assert role_of(acme_viewer) == Role.OWNER


def test_the_last_owner_stays(acme: Workspace, acme_owner: User, signed_in: Browser) -> None:
    answer = set_role(signed_in(acme_owner), acme, acme_owner, "admin")
    assert errors(answer) == ["A workspace needs at least one owner. Make someone else an owner first."]
    assert role_of(acme_owner) == Role.OWNER


def test_an_admin_does_not_rename_the_workspace(acme: Workspace, acme_admin: User, signed_in: Browser) -> None:
    client = signed_in(acme_admin)
    client.post(page(acme), form_of(client, page(acme)) | {"name": "Renamed", "retention_days": 1})
    acme.refresh_from_db()
    assert (acme.name, acme.retention_days) == ("Acme", 90)


def test_a_superuser_makes_a_workspace_whose_slug_follows_the_name(superuser: User, signed_in: Browser) -> None:
    client = signed_in(superuser)
    url = reverse("admin:accounts_workspace_add")
    client.post(url, form_of(client, url) | {"name": "Initech GmbH", "country": "de", "time_zone": "Europe/Berlin"})
    made = Workspace.objects.get()
    assert (made.slug, made.country, made.time_zone) == ("initech-gmbh", "DE", "Europe/Berlin")


def test_closing_explains_itself_and_asks_for_the_slug(
    acme: Workspace, acme_owner: User, acme_admin: User, signed_in: Browser
) -> None:
    url = reverse("admin:accounts_workspace_delete", args=[acme.pk])
    assert signed_in(acme_admin).get(url).status_code == 403
    client = signed_in(acme_owner)
    assert "This cannot be undone" in client.get(url).content.decode()
    assert "Type acme to confirm" in client.post(url, {"slug": "wrong"}).content.decode()
    acme.refresh_from_db()
    assert acme.closed_at is None
    client.post(url, {"slug": "acme"})
    acme.refresh_from_db()
    assert acme.closed_at is not None


def test_the_history_survives_the_deletion_of_a_person(
    acme: Workspace, acme_owner: User, acme_viewer: User, signed_in: Browser
) -> None:
    acme_viewer.delete()
    html = signed_in(acme_owner).get(reverse("admin:accounts_workspace_history", args=[acme.pk])).content.decode()
    assert "Member (deleted)" in html
