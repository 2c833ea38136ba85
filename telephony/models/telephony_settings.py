"""A workspace's telephony settings: its LiveKit project, limits and policies."""

from uuid import UUID

from django.db import models
from simple_history.models import HistoricalRecords

from accounts.models import Workspace
from telephony.models.livekit_project import LiveKitProject


class TelephonySettings(models.Model):
    """One row a workspace, made on first use."""

    workspace = models.OneToOneField(
        Workspace, on_delete=models.CASCADE, primary_key=True, related_name="telephony_settings"
    )
    project = models.ForeignKey(LiveKitProject, on_delete=models.PROTECT, related_name="workspaces")

    history = HistoricalRecords()

    class Meta:
        verbose_name = verbose_name_plural = "telephony settings"

    def __str__(self) -> str:
        return f"Telephony of {self.workspace}"

    @classmethod
    def of(cls, workspace_id: UUID) -> "TelephonySettings":
        """Give a workspace's settings, made with the default project on first use."""
        found = cls.objects.select_related("project").filter(pk=workspace_id).first()
        if found is None:
            found, _ = cls.objects.select_related("project").get_or_create(
                workspace_id=workspace_id, defaults={"project": LiveKitProject.default()}
            )
        return found
