"""Each LiveKit project as a batch of syncs meets it: one door for all kinds of objects, closed once LiveKit is away."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar
from uuid import UUID

from telephony.choices import ObjectKind
from telephony.livekit_client import (
    DispatchRuleSpec,
    InboundTrunkSpec,
    LiveKitClient,
    LiveKitError,
    LiveKitRefused,
    LiveKitUnavailable,
    LiveKitUnreached,
    Operation,
    OutboundTrunkSpec,
    Stored,
    client_for,
    trunks,
)
from telephony.models import LiveKitProject
from telephony.sync.drive import Call, Steps
from telephony.sync.plan import Spec

T = TypeVar("T")

AnyStored = Stored[InboundTrunkSpec] | Stored[OutboundTrunkSpec] | Stored[DispatchRuleSpec]

_CREATE: dict[ObjectKind, Callable[[Any], Operation[str]]] = {
    ObjectKind.INBOUND: trunks.create_inbound,
    ObjectKind.OUTBOUND: trunks.create_outbound,
    ObjectKind.RULE: trunks.create_rule,
}
_UPDATE: dict[ObjectKind, Callable[[str, Any], Operation[None]]] = {
    ObjectKind.INBOUND: trunks.update_inbound,
    ObjectKind.OUTBOUND: trunks.update_outbound,
    ObjectKind.RULE: trunks.update_rule,
}
_DELETE = {
    ObjectKind.INBOUND: trunks.delete_trunk,
    ObjectKind.OUTBOUND: trunks.delete_trunk,
    ObjectKind.RULE: trunks.delete_rule,
}
_LIST: dict[ObjectKind, Callable[[Collection[str] | None], Any]] = {
    ObjectKind.INBOUND: trunks.list_inbound,
    ObjectKind.OUTBOUND: trunks.list_outbound,
    ObjectKind.RULE: trunks.list_rules,
}

GIVE_UP_AFTER = 3  # failures in a row; the rest of a batch is not made to wait for each its own deadline


class Door:
    """One LiveKit project. Its methods are steps for `drive`."""

    def __init__(self, project: LiveKitProject) -> None:
        self.project_id = project.pk
        self.server = project.url or ""
        self.client: LiveKitClient = client_for(project)
        self._listed: dict[ObjectKind, list[AnyStored]] = {}
        self._failures = 0

    def create(self, kind: ObjectKind, spec: Spec) -> Steps[str]:
        """Create an object and give its id."""
        return (yield from self._call(_CREATE[kind](spec)))

    def update(self, kind: ObjectKind, livekit_id: str, spec: Spec) -> Steps[None]:
        """Replace an object whole. Raises LiveKitNotFound."""
        yield from self._call(_UPDATE[kind](livekit_id, spec))

    def delete(self, kind: ObjectKind, livekit_id: str) -> Steps[None]:
        """Delete an object; one that is gone is no error."""
        yield from self._call(_DELETE[kind](livekit_id))

    def listing(self, kind: ObjectKind, ids: Collection[str] | None = None) -> Steps[list[AnyStored]]:
        """List all objects of a kind, or those of the ids that exist."""
        operation: Operation[list[AnyStored]] = _LIST[kind](ids)
        return (yield from self._call(operation))

    def snapshot(self, kind: ObjectKind) -> Steps[list[AnyStored]]:
        """List all objects of a kind, once a batch: younger than every claim of the batch."""
        if kind not in self._listed:
            self._listed[kind] = yield from self.listing(kind)
        return self._listed[kind]

    def marked(self, kind: ObjectKind, mark: str) -> Steps[list[AnyStored]]:
        """Return the objects with this mark, from the snapshot."""
        return [stored for stored in (yield from self.snapshot(kind)) if stored.spec.metadata == mark]

    def _call(self, operation: Operation[T]) -> Steps[T]:
        if self._failures >= GIVE_UP_AFTER:
            raise LiveKitUnreached("LiveKit does not answer at present. It is tried again within a minute.")
        try:
            value: T = yield Call(self.client, operation)
        except LiveKitRefused:
            self._failures = 0
            raise
        except LiveKitError as error:
            self._failures += isinstance(error, LiveKitUnavailable)
            raise
        self._failures = 0
        return value


class Doors:
    """The doors of one batch, opened as they are needed."""

    def __init__(self) -> None:
        self._doors: dict[UUID, Door] = {}

    def to(self, project_id: UUID) -> Door:
        """Return the project's door. Raises LiveKitNotConfigured."""
        if project_id not in self._doors:
            project = LiveKitProject.objects.get(pk=project_id)
            self._doors[project_id] = Door(LiveKitProject.default() if project.is_default else project)
        return self._doors[project_id]
