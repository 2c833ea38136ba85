"""Choices of accounts: roles, scopes, delivery states."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member may do in a workspace. Each role includes the next one.

    owner: everything. admin: everything except the workspace itself and its owners.
    operator: calls, lists and provisioning. viewer: read-only.
    """

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    OPERATOR = "operator", _("Operator")
    VIEWER = "viewer", _("Viewer")


class Scope(models.TextChoices):
    """Scopes of an API key. `workspace:admin` includes all others."""

    AGENTS_READ = "agents:read", _("Read trunks, numbers and agents")
    AGENTS_WRITE = "agents:write", _("Write agents")
    CALLS_READ = "calls:read", _("Read calls")
    CALLS_WRITE = "calls:write", _("Place and change calls")
    WORKSPACE_ADMIN = "workspace:admin", _("Everything in the workspace")


class DeliveryStatus(models.TextChoices):
    """pending -> sending -> delivered | pending (retried later) | failed (given up)."""

    PENDING = "pending", _("Pending")
    SENDING = "sending", _("Sending")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")


class ExternalWork(models.TextChoices):
    """Kinds of requests to customers' URLs. Each kind has its own leases."""

    BACKGROUND = "background", "Webhooks and analyses"
    TOOL = "tool", "Agent tools"
    ASSISTANT = "assistant", "Assistant requests"
