"""Members of workspaces."""

from django.conf import settings
from django.db import models

from accounts.choices import Role
from accounts.models.history import recorded
from accounts.models.workspace import Workspace


class Membership(models.Model):
    """A user's role in a workspace."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    history = recorded()

    class Meta:
        ordering = ["workspace", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "workspace"],
                name="membership_once",
                violation_error_message="This person is already a member. Change the role instead.",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace}"
