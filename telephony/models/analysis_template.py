"""Analysis templates that a workspace stores once, for several agents."""

import uuid

from django.db import models

from accounts.models import Workspace
from accounts.models.history import recorded
from telephony.models.abilities import validate_object_schema


class AnalysisTemplate(models.Model):
    """What to extract from calls. An agent has one or an `analysis_schema` of its own, never both."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="analysis_templates")
    name = models.CharField(max_length=100)
    schema = models.JSONField(
        "fields",
        default=dict,
        validators=[validate_object_schema],
        help_text="A JSON schema of the fields to extract from each call.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = recorded(without=["updated_at"])

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="analysis_template_list"),
            models.Index(fields=["-created_at", "-id"], name="analysis_template_newest"),
        ]
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="analysis_template_name_once")]

    def __str__(self) -> str:
        return self.name
