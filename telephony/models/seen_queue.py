"""When each background queue was last seen working."""

from django.db import models


class SeenQueue(models.Model):
    """Written by a task that beat sends to each queue: proof that broker, beat and a worker of that queue work."""

    name = models.CharField(max_length=16, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
