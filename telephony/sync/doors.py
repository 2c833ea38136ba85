"""Each LiveKit project as a batch of syncs meets it: one door for all kinds of objects, closed once LiveKit is away."""

from collections.abc import Callable
from typing import Any
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
    OutboundTrunkSpec,
    Stored,
    client_for,
)
from telephony.models import LiveKitProject
from telephony.sync.drive import Steps
from telephony.sync.plan import Spec

AnyStored = Stored[InboundTrunkSpec] | Stored[OutboundTrunkSpec] | Stored[DispatchRuleSpec]

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
        methods: dict[ObjectKind, Callable[[Any], str]] = {
            ObjectKind.INBOUND: self.client.create_inbound,
            ObjectKind.OUTBOUND: self.client.create_outbound,
            ObjectKind.RULE: self.client.create_rule,
        }
        return (yield from self._call(lambda: methods[kind](spec)))  # type: ignore[no-any-return]

    def update(self, kind: ObjectKind, livekit_id: str, spec: Spec) -> Steps[None]:
        """Replace an object whole. Raises LiveKitNotFound."""
        methods: dict[ObjectKind, Callable[[str, Any], None]] = {
            ObjectKind.INBOUND: self.client.update_inbound,
            ObjectKind.OUTBOUND: self.client.update_outbound,
            ObjectKind.RULE: self.client.update_rule,
        }
        yield from self._call(lambda: methods[kind](livekit_id, spec))

    def delete(self, kind: ObjectKind, livekit_id: str) -> Steps[None]:
        """Delete an object; one that is gone is no error."""
        method = self.client.delete_rule if kind == ObjectKind.RULE else self.client.delete_trunk
        yield from self._call(lambda: method(livekit_id))

    def listing(self, kind: ObjectKind) -> Steps[list[AnyStored]]:
        """List all objects of a kind."""
        methods: dict[ObjectKind, Callable[[], Any]] = {
            ObjectKind.INBOUND: self.client.list_inbound,
            ObjectKind.OUTBOUND: self.client.list_outbound,
            ObjectKind.RULE: self.client.list_rules,
        }
        return (yield from self._call(methods[kind]))  # type: ignore[no-any-return]

    def snapshot(self, kind: ObjectKind) -> Steps[list[AnyStored]]:
        """List all objects of a kind, once a batch: younger than every claim of the batch."""
        if kind not in self._listed:
            self._listed[kind] = yield from self.listing(kind)
        return self._listed[kind]

    def marked(self, kind: ObjectKind, mark: str) -> Steps[list[AnyStored]]:
        """Give the objects with this mark, from the snapshot."""
        return [stored for stored in (yield from self.snapshot(kind)) if stored.spec.metadata == mark]

    def _call(self, call: Callable[[], Any]) -> Steps[Any]:
        if self._failures >= GIVE_UP_AFTER:
            raise LiveKitUnreached("LiveKit does not answer at present. It is tried again within a minute.")
        try:
            value = yield call
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
        """Give the project's door. Raises LiveKitNotConfigured."""
        if project_id not in self._doors:
            project = LiveKitProject.objects.get(pk=project_id)
            self._doors[project_id] = Door(LiveKitProject.default() if project.is_default else project)
        return self._doors[project_id]
