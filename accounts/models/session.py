"""Sessions of users."""

import uuid

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """A browser session. Its key is the secret in the cookie, so pages and URLs use `public_id`."""

    public_id = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.CASCADE, related_name="sessions"
    )
    signed_in_at = models.DateTimeField(null=True, editable=False)
    last_seen_at = models.DateTimeField(null=True, editable=False)  # 5 minutes late at most
    address = models.CharField(max_length=45, blank=True, editable=False)
    browser = models.CharField(max_length=200, blank=True, editable=False)

    class Meta(AbstractBaseSession.Meta):
        ordering = ["-last_seen_at"]

    def __str__(self) -> str:
        return f"Session {self.public_id}"
