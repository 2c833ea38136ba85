"""The last run of the checks of `manage.py check_telephony`, for the admin."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

LONGEST = timedelta(minutes=2)  # then a run is taken for dead


class HealthCheck(models.Model):
    """The checks of one workspace, or of the whole installation without one: when last requested, and what was found.

    `findings` are those of the last finished run, as `voxa.core.doctor.findings.Finding` has them.
    """

    workspace = models.OneToOneField("accounts.Workspace", models.CASCADE, null=True, related_name="health_check")
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    findings = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(workspace=None), name="one_check_of_the_installation"
            )
        ]

    def __str__(self) -> str:
        return f"Health of {self.workspace or 'the installation'}"

    @property
    def is_running(self) -> bool:
        """Return whether a requested run has not finished, unless it takes too long."""
        done = self.finished_at is not None and self.finished_at >= self.requested_at
        return not done and timezone.now() - self.requested_at < LONGEST

    def of(self, slug: str) -> list[dict[str, Any]]:
        """Return the findings of one workspace."""
        return [finding for finding in self.findings if finding["workspace"] == slug]
