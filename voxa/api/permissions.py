"""What a key may do: the view names a scope to read and one to write."""

from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import ApiKey

if TYPE_CHECKING:
    from voxa.api.views import WorkspaceAPIView


class HasScope(BasePermission):
    """Allow a key that has the view's scope for the method. Without a key it is a 401."""

    def has_permission(self, request: Request, view: Any) -> bool:
        key = request.auth
        if not isinstance(key, ApiKey):
            return False
        needed = scope_for(view, request.method or "GET")
        if not key.allows(needed):
            raise PermissionDenied(f"This API key lacks the scope {needed}.", code="insufficient_scope")
        return True


def scope_for(view: "WorkspaceAPIView[Any]", method: str) -> str:
    """Return the scope that a method of a view needs."""
    return str(view.read_scope if method in SAFE_METHODS else view.write_scope)
