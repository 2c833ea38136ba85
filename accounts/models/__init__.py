"""Who: users, workspaces, memberships, API keys."""

from accounts.models.api_key import ApiKey
from accounts.models.membership import Membership
from accounts.models.user import User
from accounts.models.workspace import Workspace

__all__ = ["ApiKey", "Membership", "User", "Workspace"]
