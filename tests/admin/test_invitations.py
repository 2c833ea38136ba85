"""People are invited by email, and join with a password that they choose, or as who they are."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.choices import Role
from accounts.models import Invitation, Membership, User, Workspace
from accounts.services import invitations
from tests.admin.conftest import Browser

LIST, ADD, ACCEPT = "/admin/accounts/invitation/", "/admin/accounts/invitation/add/", "/admin/invitation/"
NEW = {"first_name": "Jo", "last_name": "Doe", "password1": "long-enough-31415", "password2": "long-enough-31415"}


def code(row: Invitation) -> str:
    return invitations.code_of(Invitation.objects.get(pk=row.pk))


def opened(client: Client, row: Invitation) -> Client:
    """Enter an invitation's code."""
    assert client.post(ACCEPT, {"code": code(row)})["Location"] == ACCEPT
    return client


def form(workspace: Workspace, **fields: Any) -> dict[str, Any]:
    return {"workspace": workspace.pk, "email": "Jo@acme.example ", "role": "operator"} | fields


@pytest.fixture
def invited(acme: Workspace, acme_owner: User) -> Invitation:
    return invitations.invite(acme, "jo@acme.example", Role.OPERATOR, acme_owner)


def test_without_email_the_link_is_shown_once(signed_in: Browser, acme_admin: User, acme: Workspace) -> None:
    client = signed_in(acme_admin)
    answer = client.post(ADD, form(acme))
    row = Invitation.objects.get()
    assert (row.email, row.role, row.invited_by) == ("jo@acme.example", "operator", acme_admin)
    assert f"{ACCEPT}#{code(row)}" in answer.text
    assert "no-store" in answer["Cache-Control"]
    for path in (LIST, f"{LIST}{row.pk}/change/"):
        assert code(row)[32:] not in client.get(path).text


def test_with_email_the_link_is_sent_and_not_shown(
    signed_in: Browser, acme_admin: User, acme: Workspace, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.EMAIL_IS_SENT = True
    with django_capture_on_commit_callbacks() as callbacks:
        answer = signed_in(acme_admin).post(ADD, form(acme), follow=True)
    assert len(callbacks) == 1
    row = Invitation.objects.get()
    assert code(row) not in answer.text
    invitations.send_invitation(row.pk)
    (message,) = mail.outbox
    assert message.to == ["jo@acme.example"]
    assert re.findall(r"#(\S+)", str(message.body)) == [code(row)]
    assert Invitation.objects.get().sent_at is not None


def test_a_mail_server_that_refuses_is_named(invited: Invitation, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*message: Any) -> None:
        raise ConnectionRefusedError("secret")

    monkeypatch.setattr("voxa.core.mail.send_mail", refuse)
    invitations.send_invitation(invited.pk)
    invited.refresh_from_db()
    assert invited.last_error == "The mail server did not accept the message (ConnectionRefusedError)."


def test_a_new_person_joins_with_a_password(client: Client, invited: Invitation) -> None:
    page = opened(client, invited).get(ACCEPT)
    assert "jo@acme.example" in page.text
    assert "Acme" in page.text
    assert "usable_password" not in page.text
    weak = client.post(ACCEPT, NEW | {"password1": "acme", "password2": "acme"})
    assert "too short" in weak.text
    assert not User.objects.filter(email="jo@acme.example").exists()
    assert client.post(ACCEPT, NEW)["Location"] == "/admin/login/"
    person = User.objects.get(email="jo@acme.example")
    assert (person.is_staff, person.is_superuser, person.first_name) == (True, False, "Jo")
    assert person.check_password(NEW["password1"])
    assert Membership.objects.get(user=person).role == "operator"
    assert client.post(ACCEPT, NEW).status_code == 200  # the invitation is used up
    assert Membership.objects.filter(user=person).count() == 1


def test_someone_with_an_account_signs_in_first(
    signed_in: Browser, client: Client, outsider: User, globex: Workspace, acme: Workspace, acme_owner: User
) -> None:
    row = invitations.invite(acme, outsider.email, Role.VIEWER, acme_owner)
    page = opened(client, row).get(ACCEPT)
    assert f"Sign in as {outsider.email}" in page.text
    client.post(ACCEPT, NEW)
    assert not Membership.objects.filter(user=outsider, workspace=acme).exists()
    client = opened(signed_in(outsider), row)
    assert client.post(ACCEPT)["Location"] == "/admin/"
    assert Membership.objects.get(user=outsider, workspace=acme).role == "viewer"


def test_another_person_cannot_accept(signed_in: Browser, acme_viewer: User, outsider: User, acme: Workspace) -> None:
    owner = User.objects.create_superuser("root@voxa.example", "x")
    row = invitations.invite(acme, outsider.email, Role.OWNER, owner)
    client = opened(signed_in(acme_viewer), row)
    assert "Sign in as" in client.post(ACCEPT).text
    assert Membership.objects.get(user=acme_viewer).role == "viewer"


@pytest.mark.parametrize("text", ["", "x", "0" * 96, "é" * 96, "a" * 10_000])
def test_a_wrong_code_opens_nothing(client: Client, invited: Invitation, text: str) -> None:
    assert "no longer valid" in client.post(ACCEPT, {"code": text}).text
    assert "no longer valid" in client.post(ACCEPT, {"code": code(invited)[:-1] + "z"}).text
    assert "jo@acme.example" not in client.get(ACCEPT).text


def test_an_invitation_ends(client: Client, invited: Invitation, acme: Workspace, acme_owner: User) -> None:
    former = code(invited)
    invitations.renew(invited)
    assert "no longer valid" in client.post(ACCEPT, {"code": former}).text
    opened(client, invited)
    ends: list[Callable[[], Any]] = [
        lambda: Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1)),
        lambda: Workspace.objects.update(closed_at=timezone.now()),
        lambda: Membership.objects.filter(user=acme_owner).update(role="operator"),
        lambda: User.objects.filter(pk=acme_owner.pk).update(is_active=False),
        lambda: Invitation.objects.all().delete(),
    ]
    for end in ends:
        end()
        assert "no longer valid" in client.post(ACCEPT, NEW).text
        assert not User.objects.filter(email="jo@acme.example").exists()
        Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
        Workspace.objects.update(closed_at=None)
        Membership.objects.filter(user=acme_owner).update(role="owner")
        User.objects.filter(pk=acme_owner.pk).update(is_active=True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "nobody"}, "valid email"),
        ({"role": "owner"}, "Only an owner may add"),
        ({"email": "VIEWER@ACME.EXAMPLE"}, "already a member"),
        ({"email": "twice@acme.example"}, "already invited"),
    ],
)
def test_wrong_input_is_explained(
    signed_in: Browser, acme_admin: User, acme_viewer: User, acme: Workspace, fields: dict[str, str], words: str
) -> None:
    User.objects.filter(pk=acme_viewer.pk).update(email="viewer@acme.example")
    invitations.invite(acme, "twice@acme.example", Role.VIEWER, acme_admin)
    assert words in signed_in(acme_admin).post(ADD, form(acme, **fields)).text
    assert Invitation.objects.count() == 1


def test_only_admins_of_the_workspace_invite(
    signed_in: Browser, acme_operator: User, outsider: User, acme: Workspace, invited: Invitation
) -> None:
    for person in (acme_operator, outsider):
        client = signed_in(person)
        client.post(ADD, form(acme, email="other@acme.example"))
        assert "jo@acme.example" not in client.get(LIST).text
        for button in ("change", "renew", "delete"):
            assert client.post(f"{LIST}{invited.pk}/{button}/", {"post": "yes"}).status_code in (302, 403, 404)
    assert Invitation.objects.get().round == 1
