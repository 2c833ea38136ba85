"""What was answered to a request with an Idempotency-Key."""

from django.db import models
from fernet_fields import EncryptedTextField

from accounts.models.workspace import Workspace


class IdempotencyRecord(models.Model):
    """One key of one workspace: claimed (`status` empty) -> answered; gone after `expires_at`.

    The answer is encrypted, for it may hold a password that is shown once.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = EncryptedTextField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
