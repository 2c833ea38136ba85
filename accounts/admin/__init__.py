"""The admin of workspaces, people and API keys."""

from accounts.admin.api_key import ApiKeyAdmin
from accounts.admin.person import PersonAdmin
from accounts.admin.workspace import WorkspaceAdmin

__all__ = ["ApiKeyAdmin", "PersonAdmin", "WorkspaceAdmin"]
