"""Who: users, workspaces, memberships, API keys, outgoing webhooks."""

from accounts.models.api_key import ApiKey
from accounts.models.external_lease import ExternalLease
from accounts.models.idempotency_record import IdempotencyRecord
from accounts.models.import_file import ImportFile
from accounts.models.invitation import Invitation
from accounts.models.membership import Membership
from accounts.models.session import Session
from accounts.models.two_step import AuthenticatorApp, RecoveryCodes
from accounts.models.user import User
from accounts.models.webhook import WebhookDelivery, WebhookEndpoint, WebhookMessage
from accounts.models.workspace import Workspace

__all__ = [
    "ApiKey",
    "AuthenticatorApp",
    "ExternalLease",
    "IdempotencyRecord",
    "ImportFile",
    "Invitation",
    "Membership",
    "RecoveryCodes",
    "Session",
    "User",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookMessage",
    "Workspace",
]
