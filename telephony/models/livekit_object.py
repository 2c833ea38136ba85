"""LiveKit objects that Voxa owns, and their former ids."""

import uuid

from django.db import models

from accounts.models import Workspace
from telephony.choices import ObjectKind
from telephony.models.livekit_project import LiveKitProject
from telephony.models.sip_endpoint import SipEndpoint
from telephony.models.trunk import Trunk


class LiveKitObject(models.Model):
    """One object in LiveKit, recorded before it is created there (`livekit_id` is empty until LiveKit answers).

    It outlives its source row: deleting the trunk or endpoint sets its field to null, and the object is a
    tombstone until it is gone from LiveKit. `source_id` is the UUID of the trunk, gateway or endpoint and part of the
    ownership tag `voxa:<installation>:<kind>:<source_id>` in the metadata of the object.
    """

    project = models.ForeignKey(LiveKitProject, on_delete=models.PROTECT, related_name="objects_owned")
    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="livekit_objects")
    trunk = models.ForeignKey(Trunk, null=True, on_delete=models.SET_NULL, related_name="livekit_objects")
    endpoint = models.ForeignKey(SipEndpoint, null=True, on_delete=models.SET_NULL, related_name="livekit_objects")
    kind = models.CharField(max_length=8, choices=ObjectKind.choices)
    source_id = models.UUIDField()
    livekit_id = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    written_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name = "LiveKit object"
        indexes = [models.Index(fields=["livekit_id"], name="livekit_object_id")]
        constraints = [
            models.UniqueConstraint(fields=["project", "kind", "source_id"], name="livekit_object_once"),
            models.CheckConstraint(condition=models.Q(kind__in=ObjectKind.values), name="livekit_object_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.livekit_id or '(being created)'}"

    @property
    def row_id(self) -> uuid.UUID | None:
        """Return the id of its trunk or endpoint, None for a tombstone."""
        return self.trunk_id or self.endpoint_id


class LiveKitAlias(models.Model):
    """A former LiveKit id of a trunk or endpoint: clients that stored it still find the row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trunk = models.ForeignKey(Trunk, null=True, on_delete=models.CASCADE, related_name="livekit_aliases")
    endpoint = models.ForeignKey(SipEndpoint, null=True, on_delete=models.CASCADE, related_name="livekit_aliases")
    livekit_id = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "former LiveKit id"
        verbose_name_plural = "former LiveKit ids"
        constraints = [
            models.UniqueConstraint(fields=["trunk", "livekit_id"], name="livekit_alias_once"),
            models.UniqueConstraint(fields=["endpoint", "livekit_id"], name="livekit_alias_once_of_endpoint"),
            models.CheckConstraint(
                condition=models.Q(trunk=None) ^ models.Q(endpoint=None), name="livekit_alias_of_one_row"
            ),
        ]

    def __str__(self) -> str:
        return self.livekit_id
