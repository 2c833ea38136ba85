"""Invitations to workspaces."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models.user import canonical_email
from accounts.models.workspace import Workspace


class Invitation(models.Model):
    """An invitation of an email address to a workspace, with a role. It is valid for a week, and once.

    The link's code is made of the id and `round`, which rises with each new link: former links end.
    """

    VALID_FOR = timedelta(days=7)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="invitations")
    email = models.EmailField("email address")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    round = models.PositiveIntegerField(default=1, editable=False)
    expires_at = models.DateTimeField(editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("invitation"), _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "email"],
                condition=Q(accepted_at=None),
                name="invitation_open_once",
                violation_error_message="This address is already invited. Send that invitation again.",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role"),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.workspace}"

    def clean(self) -> None:
        super().clean()
        self.email = canonical_email(self.email)

    @property
    def is_open(self) -> bool:
        """Return whether it can be accepted, as far as the row says."""
        return self.accepted_at is None and self.expires_at > timezone.now()
