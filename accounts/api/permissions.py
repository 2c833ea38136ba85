"""Check the scopes of API keys. Views have a scope to read and one to write."""

from typing import Any, Protocol

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import ApiKey


class ScopedView(Protocol):
    """A view that names the scopes a key needs."""

    read_scope: str
    write_scope: str


class HasScope(BasePermission):
    """Allows a key with the view's scope for the method. A missing key is a 401."""

    def has_permission(self, request: Request, view: Any) -> bool:
        key = request.auth
        if not isinstance(key, ApiKey):
            return False
        needed = scope_for(view, request.method or "GET")
        if not key.allows(needed):
            raise PermissionDenied(f"This API key lacks the scope {needed}.", code="insufficient_scope")
        return True


def scope_for(view: ScopedView, method: str) -> str:
    """Return the scope that a method of a view requires."""
    return str(view.read_scope if method in SAFE_METHODS else view.write_scope)
