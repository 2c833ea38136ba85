"""Permissions of the user of a request by workspace, and the workspace that the user works in for now."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from accounts.choices import Role
from accounts.models import Membership, Workspace

SWITCHED = "workspace"  # in the session: the id of the workspace that was switched to
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
    """Return the access of the request's user, loaded once per request, in the workspace that was switched to."""
    found: Access | None = getattr(request, "_voxa_access", None)
    if found is None:
        found = request._voxa_access = _narrowed(request, full_access_of(request))  # type: ignore[attr-defined]
    return found


def full_access_of(request: HttpRequest) -> Access:
    """Return the user's access in all workspaces, whichever was switched to."""
    found: Access | None = getattr(request, "_voxa_full_access", None)
    if found is None:
        found = request._voxa_full_access = _read(request.user)  # type: ignore[attr-defined]
    return found


def _narrowed(request: HttpRequest, full: Access) -> Access:
    """Limit the access to the workspace that was switched to, except on pages of one row, which links lead to."""
    workspace, match = switched_to(request), request.resolver_match
    if workspace is None or match is None or match.url_name == "autocomplete":
        return full
    if "object_id" in match.kwargs or "workspace_id" in match.kwargs:
        return full
    if full.superuser:
        return Access(roles={workspace.pk: Role.OWNER}, zones={workspace.pk: workspace.time_zone})
    return Access(roles={workspace.pk: full.roles[workspace.pk]}, zones={workspace.pk: workspace.time_zone})


def switched_to(request: HttpRequest) -> Workspace | None:
    """Return the workspace that the user switched to, if it is still one of theirs."""
    if not hasattr(request, "_voxa_switched"):
        text, full = getattr(request, "session", {}).get(SWITCHED), full_access_of(request)
        pk = UUID(text) if text else None
        theirs = Workspace.objects.filter(pk=pk) if pk and (full.superuser or pk in full.roles) else None
        request._voxa_switched = theirs.first() if theirs is not None else None  # type: ignore[attr-defined]
    found: Workspace | None = request._voxa_switched  # type: ignore[attr-defined]
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
