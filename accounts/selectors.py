"""Reads of accounts."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from accounts.choices import Role
from accounts.models import Membership, User, WebhookDelivery, WebhookEndpoint, Workspace

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def role_of(user: "User | AnonymousUser", workspace: Workspace) -> Role | None:
    """Return a person's role in a workspace, None for an outsider; a superuser is an owner everywhere."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if user.is_superuser:
        return Role.OWNER
    role = Membership.objects.filter(user=user, workspace=workspace).values_list("role", flat=True).first()
    return Role(role) if role else None


def webhook_endpoints(workspace: Workspace) -> QuerySet[WebhookEndpoint]:
    """Return the webhook endpoints of a workspace."""
    return WebhookEndpoint.objects.filter(workspace=workspace)


def webhook_deliveries(workspace: Workspace) -> QuerySet[WebhookDelivery]:
    """Return the webhook deliveries of a workspace, with their messages and endpoints."""
    return WebhookDelivery.objects.filter(endpoint__workspace=workspace).select_related("message", "endpoint")
