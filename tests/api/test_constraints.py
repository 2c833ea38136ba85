"""What the database refuses is a conflict where the constraint is ours, and says nothing of the database."""

import pytest
from django.db import IntegrityError, transaction

from accounts.choices import Role
from accounts.models import Membership, User, Workspace
from voxa.core.api.constraints import conflict_of


def broken(user: User, workspace: Workspace, role: str) -> IntegrityError:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Membership.objects.create(user=user, workspace=workspace, role=role)
    return caught.value


def test_a_named_unique_constraint_is_a_conflict(acme: Workspace, acme_owner: User) -> None:
    conflict = conflict_of(broken(acme_owner, acme, Role.VIEWER))
    assert conflict is not None
    assert (conflict.code, conflict.field) == ("conflict", "workspace")
    assert conflict.message == "This person is already a member. Change the role instead."


def test_a_check_is_our_own_fault(acme: Workspace, outsider: User) -> None:
    assert conflict_of(broken(outsider, acme, "emperor")) is None


def test_what_nobody_named_is_our_own_fault() -> None:
    assert conflict_of(IntegrityError("UNIQUE constraint failed: other.a, other.b")) is None
