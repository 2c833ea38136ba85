"""When each queue of the background work was last seen to be taken from."""

from django.db import models


class SeenQueue(models.Model):
    """Written by a task that beat sends into each queue: broker, beat and a worker of that queue all did their part."""

    name = models.CharField(max_length=16, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
