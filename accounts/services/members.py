"""Rules for changes of roles in a workspace."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from accounts.choices import Role
from accounts.models import Membership, Workspace


def check_changes(
    workspace: Workspace, acting: Role | None, changes: Iterable[tuple[Role | None, Role | None]]
) -> None:
    """Check changes of roles, each a pair of before and after; None is no member.

    Raise `ValidationError` if someone who is not an owner changes an owner, or if the last owner would be removed.
    """
    changes = list(changes)
    if acting is not Role.OWNER and any(Role.OWNER in change for change in changes):
        raise ValidationError("Only an owner may add, change or remove an owner.", code="owner")
    lost = sum(before is Role.OWNER and after is not Role.OWNER for before, after in changes)
    gained = sum(after is Role.OWNER and before is not Role.OWNER for before, after in changes)
    if lost > gained:
        owners = Membership.objects.filter(workspace=workspace, role=Role.OWNER).count()
        if owners - lost + gained < 1:
            raise ValidationError(
                "A workspace needs at least one owner. Make someone else an owner first.", code="owner"
            )
