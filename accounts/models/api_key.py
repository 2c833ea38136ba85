"""An API key: `vx_live_` + identifier + secret + checksum. Only a keyed hash of it is stored."""

import uuid
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import Scope
from accounts.models.history import recorded
from accounts.models.workspace import Workspace


def validate_scopes(value: object) -> None:
    """Accept a list of at least one known scope."""
    if not isinstance(value, list) or not value or any(scope not in Scope.values for scope in value):
        raise ValidationError(f"Choose at least one of {', '.join(Scope.values)}.", code="scopes")


class ApiKey(models.Model):
    """The credential of a program for one workspace."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    identifier = models.CharField(max_length=16, unique=True, editable=False)
    key_hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=list, validators=[validate_scopes])
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: never.")
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = recorded(without=["key_hash", "last_used_at"])

    class Meta:
        ordering = ["-created_at"]
        verbose_name, verbose_name_plural = _("API key"), _("API keys")

    def __str__(self) -> str:
        return f"{self.name} (vx_live_{self.identifier}…)"

    def refusal(self, at: datetime) -> str | None:
        """Return why the key is not accepted at `now`; None if it is."""
        if self.revoked_at is not None:
            return "This API key was revoked."
        if self.expires_at is not None and self.expires_at <= at:
            return "This API key has expired."
        if self.workspace.closed_at is not None:
            return "The workspace of this API key has been closed."
        return None

    def allows(self, scope: str) -> bool:
        """Return whether the key has a scope, itself or by `workspace:admin`."""
        return scope in self.scopes or Scope.WORKSPACE_ADMIN in self.scopes
