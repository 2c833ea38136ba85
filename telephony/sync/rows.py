"""Load the rows of a sync with few queries, as plain data."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from accounts.models import Workspace
from telephony.addresses import parse_ip
from telephony.carriers.presets import CARRIERS
from telephony.choices import CalledNumberFormat, MediaEncryption, Transport, TrunkStatus
from telephony.models import Gateway, PhoneNumber, SipEndpoint, TelephonySettings, Trunk
from telephony.sync.resolution import Resolution


@dataclass(frozen=True, slots=True)
class GatewayRow:
    """A gateway; `resolution` is what DNS said of its host, empty where the host is an address."""

    id: UUID
    host: str
    address: str
    netmask: int
    transport: Transport
    port: int = 5060
    inbound: bool = True
    outbound: bool = True
    resolution: Resolution = field(default_factory=Resolution)
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Common fields of synced rows."""

    id: UUID
    workspace_id: UUID
    project_id: UUID
    name: str
    username: str = ""
    password: str = field(default="", repr=False)
    generation: int = 1
    synced_generation: int = 0
    status: TrunkStatus = TrunkStatus.PENDING
    failures: int = 0

    @property
    def has_names(self) -> bool:
        """Return whether calls come in from a domain, which must be resolved."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow(Row):
    """A SIP endpoint; `user_part` is what callers dial, `username` and `password` what they must know."""

    user_part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkRow(Row):
    """A trunk with its gateways by (priority, created) and its numbers.

    `published` are the ranges that its carrier says its calls come from.
    """

    gateways: tuple[GatewayRow, ...] = ()
    numbers: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    from_host: str = ""
    media_encryption: MediaEncryption = MediaEncryption.DISABLE
    codecs: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    headers_to_attributes: Mapping[str, str] = field(default_factory=dict)
    attributes_to_headers: Mapping[str, str] = field(default_factory=dict)
    called_number_format: str = CalledNumberFormat.E164
    from_user: str = ""

    @property
    def has_names(self) -> bool:
        """Return whether calls come in from a domain, which must be resolved."""
        return any(gateway.inbound and parse_ip(gateway.host) is None for gateway in self.gateways)


def read_trunks(ids: Iterable[UUID]) -> list[TrunkRow]:
    """Read these trunks with all that belongs to them: four queries, however many they are."""
    trunks = list(
        Trunk.objects.filter(pk__in=list(ids))
        .select_related("workspace__telephony_settings")
        .only(
            "workspace_id", "name", "carrier", "auth_username", "auth_password", "from_host", "media_encryption",
            "codecs", "headers", "headers_to_attributes", "attributes_to_headers", "called_number_format", "from_user",
            "generation", "synced_generation", "status", "sync_failures", "workspace__telephony_settings__project_id",
        )
        .order_by("created_at", "id")
    )  # fmt: skip
    found = [trunk.pk for trunk in trunks]
    gateways, numbers = read_gateways(found), _numbers(found)
    return [trunk_row(trunk, _project_id(trunk.workspace), gateways[trunk.pk], numbers[trunk.pk]) for trunk in trunks]


def trunk_row(trunk: Trunk, project_id: UUID, gateways: Iterable[GatewayRow], numbers: Iterable[str]) -> TrunkRow:
    """Return a trunk as plain data."""
    return TrunkRow(
        id=trunk.pk,
        workspace_id=trunk.workspace_id,
        project_id=project_id,
        name=trunk.name,
        gateways=tuple(gateways),
        numbers=tuple(numbers),
        published=CARRIERS[trunk.carrier].addresses if trunk.carrier in CARRIERS else (),
        username=trunk.auth_username,
        password=trunk.auth_password or "",
        from_host=trunk.from_host,
        media_encryption=MediaEncryption(trunk.media_encryption),
        codecs=tuple(trunk.codecs),
        headers=trunk.headers,
        headers_to_attributes=trunk.headers_to_attributes,
        attributes_to_headers=trunk.attributes_to_headers,
        called_number_format=trunk.called_number_format,
        from_user=trunk.from_user,
        generation=trunk.generation,
        synced_generation=trunk.synced_generation,
        status=TrunkStatus(trunk.status),
        failures=trunk.sync_failures,
    )


def read_endpoints(ids: Iterable[UUID]) -> list[EndpointRow]:
    """Read these SIP endpoints, in one query."""
    endpoints = (
        SipEndpoint.objects.filter(pk__in=list(ids))
        .select_related("workspace__telephony_settings")
        .only(
            "workspace_id", "name", "sip_username", "sip_password", "generation", "synced_generation", "status",
            "sync_failures", "workspace__slug", "workspace__telephony_settings__project_id",
        )
        .order_by("created_at", "id")
    )  # fmt: skip
    return [
        EndpointRow(
            id=endpoint.pk,
            workspace_id=endpoint.workspace_id,
            project_id=_project_id(endpoint.workspace),
            name=endpoint.name,
            user_part=endpoint.user_part,
            username=endpoint.sip_username,
            password=endpoint.sip_password,
            generation=endpoint.generation,
            synced_generation=endpoint.synced_generation,
            status=TrunkStatus(endpoint.status),
            failures=endpoint.sync_failures,
        )
        for endpoint in endpoints
    ]


def _project_id(workspace: Workspace) -> UUID:
    settings = getattr(workspace, "telephony_settings", None) or TelephonySettings.of(workspace.pk)
    return settings.project_id


def read_gateways(trunk_ids: Collection[UUID]) -> dict[UUID, list[GatewayRow]]:
    """Read the gateways of these trunks, each trunk's by (priority, created)."""
    rows: dict[UUID, list[GatewayRow]] = defaultdict(list)
    for gateway in Gateway.objects.filter(trunk__in=trunk_ids).order_by("priority", "created_at", "id"):
        rows[gateway.trunk_id].append(gateway_row(gateway))
    return rows


def gateway_row(gateway: Gateway) -> GatewayRow:
    """Return a gateway as plain data."""
    gateway.fill_netmask()
    return GatewayRow(
        id=gateway.pk,
        host=gateway.ip_or_domain,
        address=gateway.address,
        netmask=gateway.netmask or 0,
        transport=Transport(gateway.protocol),
        port=gateway.port,
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
