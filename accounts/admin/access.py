"""Permissions of the user of a request by workspace."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from accounts.choices import Role
from accounts.models import Membership, Workspace

_STRONGEST_FIRST = list(Role)


@dataclass(frozen=True)
class Access:
    """A user's roles, and the time zones of their workspaces. A superuser may do everything everywhere."""

    superuser: bool = False
    roles: dict[UUID, Role] = field(default_factory=dict)
    zones: dict[UUID, str] = field(default_factory=dict)

    def workspaces(self, least: Role) -> list[UUID]:
        """Return the workspaces where the user has this role or a stronger one. Not for superusers."""
        allowed = _STRONGEST_FIRST[: _STRONGEST_FIRST.index(least) + 1]
        return [workspace for workspace, role in self.roles.items() if role in allowed]

    def may(self, least: Role, workspace: UUID | None = None) -> bool:
        """Return whether the user has this role or a stronger one in a workspace, or in any if none is given."""
        allowed = self.workspaces(least)
        return self.superuser or (bool(allowed) if workspace is None else workspace in allowed)


def access_of(request: HttpRequest) -> Access:
    """Return the access of the request's user, loaded once per request."""
    found: Access | None = getattr(request, "_voxa_access", None)
    if found is None:
        found = request._voxa_access = _read(request.user)  # type: ignore[attr-defined]
    return found


def _read(user: Any) -> Access:
    if not (user.is_active and user.is_staff):
        return Access()
    if user.is_superuser:
        return Access(superuser=True)
    rows: list[tuple[UUID, str, str]] = list(
        Membership.objects.filter(user=user).values_list("workspace_id", "role", "workspace__time_zone")
    )
    return Access(
        roles={workspace: Role(role) for workspace, role, _ in rows},
        zones={workspace: zone for workspace, _, zone in rows},
    )


def workspace_id_of(row: Any) -> UUID | None:
    """Return the workspace of a row, if it has one."""
    if isinstance(row, Workspace):
        return row.pk
    return getattr(row, "workspace_id", None)
