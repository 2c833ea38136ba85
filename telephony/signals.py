"""Start a sync after commit when a row is saved or deleted. Nothing else happens here."""

from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver

from telephony.choices import TrunkStatus
from telephony.models import Gateway, LiveKitObject, LiveKitProject, PhoneNumber, SipEndpoint, TelephonySettings, Trunk
from telephony.models.synced import SYNC_FIELDS, SyncedRow
from telephony.sync.kinds import ENDPOINTS, KINDS, TRUNKS, RowKind
from telephony.sync.request import (
    MARKED,
    objects_asked,
    request_many,
    request_pending_sync,
    request_removal,
    request_sync,
)

NOT_SYNCED = frozenset({*SYNC_FIELDS, "paused_at", "updated_at"})  # LiveKit has nothing of these


@receiver(post_save, sender=Trunk)
@receiver(post_save, sender=SipEndpoint)
def row_saved(
    instance: SyncedRow, created: bool, raw: bool, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    """Sync a new or changed row, marked as such by whoever wrote `MARKED`. The sync's own fields are no change."""
    if raw or (update_fields is not None and update_fields <= NOT_SYNCED):
        return
    is_marked = created or (update_fields is not None and update_fields.issuperset(MARKED))
    (request_pending_sync if is_marked else request_sync)(instance.pk, _kind_of(instance))


@receiver(pre_delete, sender=Trunk)
@receiver(pre_delete, sender=SipEndpoint)
def row_deleted(instance: SyncedRow, **kwargs: Any) -> None:
    """Start the removal of its objects. A running sync loses its lease with the row."""
    request_removal(objects_asked(_kind_of(instance))(instance.pk))


def _kind_of(row: SyncedRow) -> RowKind:
    return TRUNKS if isinstance(row, Trunk) else ENDPOINTS


@receiver(post_save, sender=Gateway)
def gateway_saved(instance: Gateway, raw: bool, **kwargs: Any) -> None:
    """Sync the gateway's trunk."""
    if not raw:
        request_sync(instance.trunk_id)


@receiver(pre_save, sender=PhoneNumber)
def number_changing(instance: PhoneNumber, raw: bool, **kwargs: Any) -> None:
    """Sync the old and new trunk of a number. Its agent and label are not part of LiveKit objects."""
    if raw:
        return
    before = None
    if not instance._state.adding:
        before = PhoneNumber.objects.filter(pk=instance.pk).values_list("trunk_id", "number").first()
    if before != (instance.trunk_id, instance.number):
        if before is not None and before[0] != instance.trunk_id:
            request_sync(before[0])
        request_sync(instance.trunk_id)


@receiver(post_delete, sender=Gateway)
@receiver(post_delete, sender=PhoneNumber)
def part_deleted(sender: type[Model], instance: Gateway | PhoneNumber, origin: Any, **kwargs: Any) -> None:
    """Sync the trunk that lost a gateway or number, unless the trunk itself is being deleted."""
    if getattr(origin, "model", type(origin)) is sender:
        request_sync(instance.trunk_id)


@receiver(post_save, sender=TelephonySettings)
def settings_saved(instance: TelephonySettings, raw: bool, **kwargs: Any) -> None:
    """Sync the rows that are still in another project."""
    if raw:
        return
    elsewhere = LiveKitObject.objects.filter(workspace=instance.pk).exclude(project=instance.project_id)
    for kind in KINDS:
        ids = elsewhere.exclude(**{kind.field: None}).values_list(kind.field, flat=True)
        request_many(set(ids), kind)


@receiver(post_save, sender=LiveKitProject)
def project_saved(instance: LiveKitProject, raw: bool, created: bool, **kwargs: Any) -> None:
    """Retry failed rows after the project's URL or credentials changed."""
    if raw or created:
        return
    for kind in KINDS:
        waiting = kind.rows().filter(workspace__telephony_settings__project=instance)
        request_many(list(waiting.exclude(status=TrunkStatus.ACTIVE).values_list("pk", flat=True)), kind)
