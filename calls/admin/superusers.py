"""Admin pages of a LiveKit project's rows, for operators of the installation. A project may serve many workspaces."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.access import Access, access_of
from accounts.admin.scoping import ScopedAdmin


class ProjectRowAdmin(ScopedAdmin):
    """Rows of a project, readable by superusers and read-only."""

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        shown: QuerySet[Any] = rows.defer("project__api_secret") if access.superuser else rows.none()
        return shown

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access_of(request).superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access_of(request).superuser

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
