"""A person with several workspaces switches between them; who has none is told what to do."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import Invitation, Membership, User, Workspace
from telephony.models import Trunk
from tests.admin.conftest import Browser
from tests.admin.rows import make_trunk

SWITCH = "switch_workspace"


def trunks(client: Client) -> set[str]:
    rows = client.get(reverse("admin:telephony_trunk_changelist")).context["cl"].result_list
    return {trunk.name for trunk in rows}


def switch(client: Client, workspace: Workspace | None) -> int:
    return client.post(reverse(SWITCH), {"workspace": workspace.pk if workspace else ""}).status_code


@pytest.fixture
def both(acme: Workspace, globex: Workspace, acme_owner: User) -> tuple[Trunk, Trunk]:
    Membership.objects.create(user=acme_owner, workspace=globex, role=Role.VIEWER)
    return make_trunk(acme, "Ours"), make_trunk(globex, "Theirs")


def test_lists_and_new_rows_are_of_the_workspace(
    both: tuple[Trunk, Trunk], acme: Workspace, globex: Workspace, acme_owner: User, superuser: User, signed_in: Browser
) -> None:
    for person in (acme_owner, superuser):
        client = signed_in(person)
        assert trunks(client) == {"Ours", "Theirs"}
        assert switch(client, acme) == 302
        assert trunks(client) == {"Ours"}
        home = client.get(reverse("admin:index"))
        assert home.context["board"].tiles[0].count == "1"
        assert "Acme" in home.content.decode()
        assert "Select a workspace" not in client.get(reverse("admin:telephony_trunk_add")).content.decode()
        page = client.get(reverse("admin:telephony_trunk_change", args=[both[1].pk]))
        assert page.status_code == 200  # a link leads to a row of the other
        assert switch(client, None) == 302
        assert trunks(client) == {"Ours", "Theirs"}


def test_the_role_is_the_one_there(
    both: tuple[Trunk, Trunk], globex: Workspace, acme_owner: User, signed_in: Browser
) -> None:
    client = signed_in(acme_owner)
    assert switch(client, globex) == 302
    assert client.get(reverse("admin:telephony_trunk_add")).status_code == 403


def test_no_workspace_of_others_is_switched_to_and_a_former_one_is_left(
    both: tuple[Trunk, Trunk], acme: Workspace, globex: Workspace, acme_owner: User, outsider: User, signed_in: Browser
) -> None:
    assert switch(signed_in(outsider), acme) == 403
    assert signed_in(outsider).post(reverse(SWITCH), {"workspace": "x"}).status_code == 403
    client = signed_in(acme_owner)
    switch(client, globex)
    Membership.objects.filter(user=acme_owner, workspace=globex).delete()
    assert trunks(client) == {"Ours"}
    assert "Globex" not in client.get(reverse(SWITCH)).content.decode()


def test_a_name_is_no_markup(acme: Workspace, superuser: User, signed_in: Browser) -> None:
    Workspace.objects.filter(pk=acme.pk).update(name="<b>Acme</b>")
    client = signed_in(superuser)
    switch(client, acme)
    assert "<b>Acme" not in client.get(reverse("admin:index")).content.decode()


def test_who_has_no_workspace_is_told_what_to_do(acme: Workspace, acme_owner: User, signed_in: Browser) -> None:
    person = User.objects.create_user("new@acme.example", "a long password", is_staff=True)
    client = signed_in(person)
    assert "invite new@acme.example" in client.get(reverse("admin:index")).content.decode()
    Invitation.objects.create(
        workspace=acme, email=person.email, role=Role.VIEWER, invited_by=acme_owner,
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    assert "invites you to Acme" in client.get(reverse("admin:index")).content.decode()
    assert "not a member" not in signed_in(acme_owner).get(reverse("admin:index")).content.decode()
