"""Choices of accounts: roles, scopes, delivery states."""

from django.db import models


class Role(models.TextChoices):
    """What a member may do in a workspace. Each role includes the next one.

    owner: everything. admin: everything except the workspace itself and its owners.
    operator: calls, lists and provisioning. viewer: read-only.
    """

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    OPERATOR = "operator", "Operator"
    VIEWER = "viewer", "Viewer"


class Scope(models.TextChoices):
    """Scopes of an API key. `workspace:admin` includes all others."""

    AGENTS_READ = "agents:read", "Read trunks, numbers and agents"
    AGENTS_WRITE = "agents:write", "Write agents"
    CALLS_READ = "calls:read", "Read calls"
    CALLS_WRITE = "calls:write", "Place and change calls"
    WORKSPACE_ADMIN = "workspace:admin", "Everything in the workspace"


class DeliveryStatus(models.TextChoices):
    """pending -> sending -> delivered | pending (retried later) | failed (given up)."""

    PENDING = "pending", "Pending"
    SENDING = "sending", "Sending"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class ExternalWork(models.TextChoices):
    """Kinds of requests to customers' URLs. Each kind has its own leases."""

    BACKGROUND = "background", "Webhooks and analyses"
    TOOL = "tool", "Agent tools"
    ASSISTANT = "assistant", "Assistant requests"
