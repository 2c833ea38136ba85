"""A LiveKit project in a batch of syncs: one session for all kinds of objects, closed once LiveKit is away."""

from collections.abc import Callable, Collection
from copy import copy
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from telephony.choices import ObjectKind
from telephony.livekit import (
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
from telephony.livekit.listed import Listed
from telephony.models import LiveKitProject
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


@dataclass(slots=True)
class _Batch:
    """What all who use a project in one batch share."""

    listed: dict[ObjectKind, list[AnyStored]] = field(default_factory=dict)
    failures: int = 0


class ProjectSession:
    """One LiveKit project, for coroutines of `loop.complete`."""

    def __init__(self, project: LiveKitProject) -> None:
        self.project_id = project.pk
        self.server = project.url or ""
        self.client: LiveKitClient = client_for(project)
        self.calls = 0
        self._batch = _Batch()

    def counted(self) -> "ProjectSession":
        """Return this session with a count of its own of the calls made through it."""
        counted = copy(self)
        counted.calls = 0
        return counted

    async def create(self, kind: ObjectKind, spec: Spec) -> str:
        """Create an object and return its id."""
        return await self._call(_CREATE[kind](spec))

    async def update(self, kind: ObjectKind, livekit_id: str, spec: Spec) -> None:
        """Replace an object whole. Raises LiveKitNotFound."""
        await self._call(_UPDATE[kind](livekit_id, spec))

    async def delete(self, kind: ObjectKind, livekit_id: str) -> None:
        """Delete an object; one that is gone is no error."""
        await self._call(_DELETE[kind](livekit_id))

    async def listing(self, kind: ObjectKind, ids: Collection[str] | None = None) -> list[AnyStored]:
        """List all objects of a kind, or those of the ids that exist."""
        operation: Operation[list[AnyStored]] = _LIST[kind](ids)
        return await self._call(operation)

    async def list_kind(self, kind: ObjectKind) -> list[Listed]:
        """List all objects of a kind, not parsed."""
        return await self._call(trunks.list_kind(kind))

    async def snapshot(self, kind: ObjectKind) -> list[AnyStored]:
        """List all objects of a kind, once a batch: younger than every claim of the batch."""
        if kind not in self._batch.listed:
            self._batch.listed[kind] = await self.listing(kind)
        return self._batch.listed[kind]

    async def tagged(self, kind: ObjectKind, tag: str) -> list[AnyStored]:
        """Return the objects with this ownership tag, from the snapshot."""
        return [stored for stored in await self.snapshot(kind) if stored.spec.metadata == tag]

    async def _call(self, operation: Operation[T]) -> T:
        if self._batch.failures >= GIVE_UP_AFTER:
            raise LiveKitUnreached("LiveKit does not answer at present. It will be retried within a minute.")
        self.calls += 1
        try:
            value = await self.client.ask(operation)
        except LiveKitRefused:
            self._batch.failures = 0
            raise
        except LiveKitError as error:
            self._batch.failures += isinstance(error, LiveKitUnavailable)
            raise
        self._batch.failures = 0
        return value


class ProjectSessions:
    """The sessions of one batch, opened as they are needed."""

    def __init__(self) -> None:
        self._sessions: dict[UUID, ProjectSession] = {}

    def to(self, project_id: UUID) -> ProjectSession:
        """Return the project's session. Raises LiveKitNotConfigured."""
        if project_id not in self._sessions:
            project = LiveKitProject.objects.get(pk=project_id)
            self._sessions[project_id] = ProjectSession(LiveKitProject.default() if project.is_default else project)
        return self._sessions[project_id]
