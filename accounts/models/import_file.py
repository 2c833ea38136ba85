"""A file that a person uploaded to the admin, until it is imported."""

import uuid

from django.db import models

from accounts.models.user import User
from accounts.models.workspace import Workspace


class ImportFile(models.Model):
    """uploaded -> previewed -> imported; gone after `expires_at`.

    `kind` is the list it is for, `choices` are the other values of the form.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    content = models.BinaryField()
    choices = models.JSONField(default=dict)
    imported_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} of {self.workspace_id}"
