"""The words of accounts: roles, scopes, delivery states."""

from django.db import models


class Role(models.TextChoices):
    """What a member may do in a workspace. Each role may do all that the next one may.

    owner: everything. admin: everything but the workspace itself and its owners.
    operator: calls, lists and the provision button. viewer: reads.
    """

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    OPERATOR = "operator", "Operator"
    VIEWER = "viewer", "Viewer"


class Scope(models.TextChoices):
    """What an API key may do; `workspace:admin` includes all the others."""

    AGENTS_READ = "agents:read", "Read trunks, numbers and agents"
    AGENTS_WRITE = "agents:write", "Write agents"
    CALLS_READ = "calls:read", "Read calls"
    CALLS_WRITE = "calls:write", "Place and change calls"
    WORKSPACE_ADMIN = "workspace:admin", "Everything in the workspace"


class DeliveryStatus(models.TextChoices):
    """How far a webhook has come. pending -> sending -> delivered | pending (tried again later) | failed (given up)."""

    PENDING = "pending", "Pending"
    SENDING = "sending", "Sending"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class ExternalWork(models.TextChoices):
    """What waits on an address that a customer chose; each has leases of its own."""

    BACKGROUND = "background", "Webhooks and analyses"
    TOOL = "tool", "Agents' tools"
