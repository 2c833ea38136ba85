"""Admin of workspaces, people, invitations, API keys and webhooks."""

from accounts.admin.api_key import ApiKeyAdmin
from accounts.admin.invitation import InvitationAdmin
from accounts.admin.person import PersonAdmin
from accounts.admin.webhook_delivery import WebhookDeliveryAdmin
from accounts.admin.webhook_endpoint import WebhookEndpointAdmin
from accounts.admin.workspace import WorkspaceAdmin

__all__ = [
    "ApiKeyAdmin",
    "InvitationAdmin",
    "PersonAdmin",
    "WebhookDeliveryAdmin",
    "WebhookEndpointAdmin",
    "WorkspaceAdmin",
]
