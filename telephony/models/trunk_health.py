"""What is known of a trunk's carrier: the last gateway check, and the calls of the last hour."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from telephony.models.trunk import Trunk

LONGEST = timedelta(minutes=1)  # then a check is taken for dead
LOW = 5  # answered less than one call in so many
# Whatever puts an active trunk in trouble; some of it for a time alone.
UNWELL = (
    models.Q(ended__gt=models.F("answered") * LOW)
    | models.Q(auth_failing=True)
    | models.Q(unresolved=True)
    | models.Q(check_error__gt="")
)


class TrunkHealth(models.Model):
    """Facts since `since`, the last change of what the carrier sees. A trunk without a row was never checked.

    Of the calls that reached the carrier within the hour before `counted_at`: `answered` were answered, `refused`
    failed there before ringing; `last_error` and `last_remedy` are of the newest of these.
    """

    trunk = models.OneToOneField(Trunk, primary_key=True, on_delete=models.CASCADE, related_name="health")
    since = models.DateTimeField(null=True)
    requested_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    gateway_ok_at = models.DateTimeField(null=True)  # a gateway responded to OPTIONS, last
    unresolved = models.BooleanField(default=False)
    check_error = models.TextField(blank=True)  # a line per gateway
    counted_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    auth_failing = models.BooleanField(default=False)
    last_error = models.TextField(blank=True)
    last_remedy = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["trunk"], condition=UNWELL, name="trunk_unwell"),
        ]

    def __str__(self) -> str:
        return f"Health of trunk {self.trunk_id}"

    @property
    def is_checking(self) -> bool:
        """Return whether a requested gateway check has not finished, unless it takes too long."""
        if self.requested_at is None or (self.checked_at and self.checked_at >= self.requested_at):
            return False
        return timezone.now() - self.requested_at < LONGEST

    @property
    def answer_rate(self) -> int | None:
        """Return the percentage of the hour's calls that were answered; None without calls."""
        return round(100 * self.answered / self.ended) if self.ended else None
