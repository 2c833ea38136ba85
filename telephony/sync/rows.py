"""The rows that a sync plans from, read with few queries and kept as plain data."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from telephony.carriers import CARRIERS
from telephony.choices import MediaEncryption, Transport, TrunkStatus
from telephony.models import Gateway, PhoneNumber, TelephonySettings, Trunk
from telephony.sync.resolution import Resolution
from telephony.validators import parse_ip


@dataclass(frozen=True, slots=True)
class GatewayRow:
    """A gateway; `resolution` is what DNS said of its host, empty where the host is an address."""

    id: UUID
    host: str
    address: str
    netmask: int
    transport: Transport
    inbound: bool = True
    outbound: bool = True
    resolution: Resolution = field(default_factory=Resolution)
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrunkRow:
    """A trunk with its gateways by (priority, created) and its numbers.

    `published` are the ranges that its carrier says its calls come from.
    """

    id: UUID
    workspace_id: UUID
    project_id: UUID
    name: str
    gateways: tuple[GatewayRow, ...] = ()
    numbers: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    username: str = ""
    password: str = field(default="", repr=False)
    from_host: str = ""
    media_encryption: MediaEncryption = MediaEncryption.DISABLE
    generation: int = 1
    synced_generation: int = 0
    status: TrunkStatus = TrunkStatus.PENDING
    failures: int = 0

    @property
    def has_names(self) -> bool:
        """Say whether calls come in from a domain, which must be resolved."""
        return any(gateway.inbound and parse_ip(gateway.host) is None for gateway in self.gateways)


def read_trunks(ids: Iterable[UUID]) -> list[TrunkRow]:
    """Read these trunks with all that belongs to them: four queries, however many they are."""
    trunks = list(
        Trunk.objects.filter(pk__in=list(ids))
        .select_related("workspace__telephony_settings")
        .only(
            "workspace_id", "name", "carrier", "auth_username", "auth_password", "from_host", "media_encryption",
            "generation", "synced_generation", "status", "sync_failures", "workspace__telephony_settings__project_id",
        )
        .order_by("created_at", "id")
    )  # fmt: skip
    found = [trunk.pk for trunk in trunks]
    gateways, numbers = read_gateways(found), _numbers(found)
    return [
        TrunkRow(
            id=trunk.pk,
            workspace_id=trunk.workspace_id,
            project_id=_project_id(trunk),
            name=trunk.name,
            gateways=tuple(gateways[trunk.pk]),
            numbers=tuple(numbers[trunk.pk]),
            published=CARRIERS[trunk.carrier].addresses if trunk.carrier in CARRIERS else (),
            username=trunk.auth_username,
            password=trunk.auth_password or "",
            from_host=trunk.from_host,
            media_encryption=MediaEncryption(trunk.media_encryption),
            generation=trunk.generation,
            synced_generation=trunk.synced_generation,
            status=TrunkStatus(trunk.status),
            failures=trunk.sync_failures,
        )
        for trunk in trunks
    ]


def _project_id(trunk: Trunk) -> UUID:
    settings = getattr(trunk.workspace, "telephony_settings", None) or TelephonySettings.of(trunk.workspace_id)
    return settings.project_id


def read_gateways(trunk_ids: Collection[UUID]) -> dict[UUID, list[GatewayRow]]:
    """Read the gateways of these trunks, each trunk's by (priority, created)."""
    rows: dict[UUID, list[GatewayRow]] = defaultdict(list)
    for gateway in Gateway.objects.filter(trunk__in=trunk_ids).order_by("priority", "created_at", "id"):
        rows[gateway.trunk_id].append(gateway_row(gateway))
    return rows


def gateway_row(gateway: Gateway) -> GatewayRow:
    """Give a gateway as plain data."""
    gateway.fill_netmask()
    return GatewayRow(
        id=gateway.pk,
        host=gateway.ip_or_domain,
        address=gateway.address,
        netmask=gateway.netmask or 0,
        transport=Transport(gateway.protocol),
        inbound=gateway.inbound,
        outbound=gateway.outbound,
        resolution=Resolution.read(gateway.resolved, gateway.ip_or_domain),
        resolved_at=gateway.resolved_at,
    )


def _numbers(trunk_ids: list[UUID]) -> dict[UUID, list[str]]:
    rows: dict[UUID, list[str]] = defaultdict(list)
    found = PhoneNumber.objects.filter(trunk__in=trunk_ids).order_by("number")
    for trunk_id, number in found.values_list("trunk_id", "number"):
        rows[trunk_id].append(number)
    return rows
