"""A SIP endpoint: an agent with a SIP address and digest credentials."""

import uuid

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from fernet_fields import EncryptedTextField

from accounts.models import Workspace
from accounts.models.history import recorded
from telephony.choices import TrunkStatus
from telephony.models.agent import Agent
from telephony.models.synced import SYNC_FIELDS, SyncedRow
from telephony.validators import validate_sip_password, validate_sip_user


def user_part_of(sip_username: str, slug: str) -> str:
    """Return the user part of an endpoint's SIP address in the workspace with this slug."""
    return f"{sip_username}.{slug}"


class SipEndpoint(SyncedRow):
    """An agent at `<sip_username>.<workspace slug>@SIP_DOMAIN`.

    LiveKit matches only the user part, so the slug separates workspaces. The digest user is `sip_username`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="sip_endpoints")
    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="sip_endpoint")
    name = models.CharField(max_length=100)
    sip_username = models.CharField("SIP username", max_length=64, validators=[validate_sip_user])
    sip_password = EncryptedTextField("SIP password", validators=[validate_sip_password])
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = recorded(without=["sip_password", "updated_at", *SYNC_FIELDS])

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("SIP endpoint"), _("SIP endpoints")
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="endpoint_list"),
            models.Index(fields=["-created_at", "-id"], name="endpoint_newest"),
            models.Index(
                fields=["workspace", "status"],
                condition=~models.Q(status=TrunkStatus.ACTIVE),
                name="endpoint_not_active",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("sip_username"),
                name="endpoint_username_once",
                violation_error_message="This SIP username is already in use. Choose another one.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """Return the id that clients of the endpoint dialect use."""
        return f"conn_{self.id.hex}"

    @property
    def user_part(self) -> str:
        """Return the user part of its SIP address, which is also the number of its LiveKit trunk."""
        return user_part_of(self.sip_username, self.workspace.slug)
