"""Invite people to a workspace by email, and accept invitations."""

from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.choices import Role
from accounts.models import Invitation, Membership, User, Workspace
from accounts.selectors import role_of
from accounts.services.members import check_changes
from voxa.core import mail
from voxa.core.tasks import publish_on_commit

_NOT_VALID = "This invitation is no longer valid. Ask for a new one."
_MEMBER = "This person is already a member. Change the role instead."


@transaction.atomic
def invite(workspace: Workspace, email: str, role: Role, by: User) -> Invitation:
    """Create an invitation, and send it where the installation sends email. Raise `ValidationError`."""
    now = timezone.now()
    row = Invitation(workspace=workspace, email=email, role=role, invited_by=by, expires_at=now + Invitation.VALID_FOR)
    row.full_clean()
    check_changes(workspace, role_of(by, workspace), [(None, Role(row.role))])
    if Membership.objects.filter(workspace=workspace, user__email=row.email).exists():
        raise ValidationError({"email": _MEMBER})
    row.save(force_insert=True)
    _send(row)
    return row


@transaction.atomic
def renew(row: Invitation) -> Invitation:
    """Make a new link for an open invitation, valid for another week; former links end."""
    fields = {"round": F("round") + 1, "expires_at": timezone.now() + Invitation.VALID_FOR, "last_error": ""}
    if not Invitation.objects.filter(pk=row.pk, accepted_at=None).update(**fields):
        raise ValidationError("This invitation was accepted.")
    row.refresh_from_db()
    _send(row)
    return row


def _send(row: Invitation) -> None:
    if settings.EMAIL_IS_SENT:
        publish_on_commit("accounts.tasks.send_invitation", str(row.pk))


def code_of(row: Invitation) -> str:
    """Return the code of an invitation's link. It is stored nowhere."""
    return f"{row.pk.hex}{salted_hmac('accounts.invitation', f'{row.pk}:{row.round}', algorithm='sha256').hexdigest()}"


def link_of(row: Invitation) -> str:
    """Return the link. The code is in the fragment, which no server's log has."""
    return f"{settings.API_PUBLIC_URL.rstrip('/')}/admin/invitation/#{code_of(row)}"


def find(code: str) -> Invitation | None:
    """Return the open invitation of a code."""
    try:
        pk = UUID(code[:32])
    except ValueError:
        return None
    row = find_open(pk)
    return row if row and constant_time_compare(code_of(row), code) else None


def find_open(pk: UUID | str) -> Invitation | None:
    """Return an invitation that can still be accepted: in an open workspace, from someone who may still invite."""
    row = Invitation.objects.select_related("workspace", "invited_by").filter(pk=pk, accepted_at=None).first()
    if row is None or not row.is_open or row.workspace.closed_at:
        return None
    return row if _may_still_invite(row) else None


def open_invitations(user: User) -> list[Invitation]:
    """Return the invitations that a user can accept by their links."""
    found = Invitation.objects.filter(email=user.email, accepted_at=None).values_list("pk", flat=True)
    return [row for pk in found if (row := find_open(pk))]


def _may_still_invite(row: Invitation) -> bool:
    by = row.invited_by
    acting = role_of(by, row.workspace) if by else None
    if acting not in (Role.OWNER, Role.ADMIN):
        return False
    return acting is Role.OWNER or row.role != Role.OWNER


@transaction.atomic
def accept(row: Invitation, user: User) -> None:
    """Make a user a member, once. Raise `ValidationError` if the invitation is not theirs or no longer valid."""
    if find_open(row.pk) is None or user.email != row.email:
        raise ValidationError(_NOT_VALID)
    open_ = Invitation.objects.filter(pk=row.pk, accepted_at=None, round=row.round)
    if not open_.update(accepted_at=timezone.now()):
        raise ValidationError(_NOT_VALID)
    Membership.objects.get_or_create(user=user, workspace=row.workspace, defaults={"role": row.role})


@transaction.atomic
def accept_as_new(row: Invitation, user: User) -> User:
    """Store a new person with the invited address, and make them a member."""
    user.email, user.is_staff = row.email, True
    user.save(force_insert=True)
    accept(row, user)
    return user


def send_invitation(invitation_id: UUID) -> None:
    """Send the email of an open invitation; record whether the mail server accepted it."""
    row = find_open(invitation_id)
    if row is None:
        return
    by = f"{row.invited_by} invites you" if row.invited_by else "You are invited"
    body = f"{by} to {row.workspace.name} as {Role(row.role).label.lower()}.\n\n{link_of(row)}\n\n" + (
        f"The link is valid until {row.expires_at:%Y-%m-%d %H:%M} UTC.\n"
    )
    state: dict[str, object] = {"sent_at": timezone.now(), "last_error": ""}
    try:
        mail.send([row.email], f"Invitation to {row.workspace.name} on Voxa", body)
    except mail.NotSent as error:
        state = {"last_error": str(error)}
    Invitation.objects.filter(pk=row.pk, round=row.round).update(**state)
