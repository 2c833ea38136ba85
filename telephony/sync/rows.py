"""Load the rows of a sync with few queries, as plain data."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models.expressions import RawSQL

from telephony.addresses import default_netmask, in_uri, parse_ip
from telephony.carriers.presets import CARRIERS
from telephony.choices import CalledNumberFormat, MediaEncryption, Transport, TrunkStatus
from telephony.models import Gateway, PhoneNumber, SipEndpoint, TelephonySettings, Trunk
from telephony.models.sip_endpoint import user_part_of
from telephony.sync.resolution import Resolution
from voxa.core.statements import Fixed, among

PROJECT = "workspace__telephony_settings__project_id"

# On PostgreSQL: a text that changes with everything that is read of a trunk or endpoint here. Each version of a row has
# its own transaction (xmin) and place (ctid). When a name was looked up is left out: it changes every four minutes.
TRUNK_VERSION = RawSQL(
    """
    concat(telephony_trunk.xmin, telephony_trunk.ctid, '/',
        (SELECT string_agg(concat(number.xmin, number.ctid), ' ' ORDER BY number.id)
         FROM telephony_phonenumber number WHERE number.trunk_id = telephony_trunk.id), '/',
        (SELECT string_agg(CASE WHEN gateway.resolved_at IS NULL THEN concat(gateway.xmin, gateway.ctid)
                           ELSE (to_jsonb(gateway) - 'resolved_at')::text END, ' ' ORDER BY gateway.id)
         FROM telephony_gateway gateway WHERE gateway.trunk_id = telephony_trunk.id))
    """,
    (),
)
ENDPOINT_VERSION = RawSQL(
    """
    concat(telephony_sipendpoint.xmin, telephony_sipendpoint.ctid, '/',
        (SELECT slug FROM accounts_workspace WHERE accounts_workspace.id = telephony_sipendpoint.workspace_id))
    """,
    (),
)


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
    """Read these trunks with all that belongs to them: three queries, however many they are."""
    wanted = list(ids)
    gateways, numbers = read_gateways(wanted), _numbers(wanted)
    return [trunk_row(trunk, _project_id(trunk), gateways[trunk.pk], numbers[trunk.pk]) for trunk in _trunks(wanted)]


_trunks: Fixed[Any] = Fixed(
    lambda ids: (
        Trunk.objects.filter(among("pk", ids))
        .order_by("created_at", "id")
        .values_list(
            "pk", "workspace_id", "name", "carrier", "auth_username", "auth_password", "from_host", "media_encryption",
            "codecs", "headers", "headers_to_attributes", "attributes_to_headers", "called_number_format", "from_user",
            "generation", "synced_generation", "status", "sync_failures", PROJECT, named=True,
        )
    ),
    list,
)  # fmt: skip


def trunk_row(trunk: Any, project_id: UUID, gateways: Iterable[GatewayRow], numbers: Iterable[str]) -> TrunkRow:
    """Return a trunk, a `Trunk` or a named tuple of its values, as plain data."""
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
    endpoints: Iterable[Any] = (
        SipEndpoint.objects.filter(pk__in=list(ids))
        .order_by("created_at", "id")
        .values_list(
            "pk", "workspace_id", "name", "sip_username", "sip_password", "generation", "synced_generation", "status",
            "sync_failures", "workspace__slug", PROJECT, named=True,
        )
    )  # fmt: skip
    return [
        EndpointRow(
            id=endpoint.pk,
            workspace_id=endpoint.workspace_id,
            project_id=_project_id(endpoint),
            name=endpoint.name,
            user_part=user_part_of(endpoint.sip_username, endpoint.workspace__slug),
            username=endpoint.sip_username,
            password=endpoint.sip_password,
            generation=endpoint.generation,
            synced_generation=endpoint.synced_generation,
            status=TrunkStatus(endpoint.status),
            failures=endpoint.sync_failures,
        )
        for endpoint in endpoints
    ]


def _project_id(row: Any) -> UUID:
    return getattr(row, PROJECT) or TelephonySettings.of(row.workspace_id).project_id


def read_gateways(trunk_ids: list[UUID]) -> dict[UUID, list[GatewayRow]]:
    """Read the gateways of these trunks, each trunk's by (priority, created)."""
    rows: dict[UUID, list[GatewayRow]] = defaultdict(list)
    for gateway in _gateways(trunk_ids):
        rows[gateway.trunk_id].append(gateway_row(gateway))
    return rows


_gateways: Fixed[Any] = Fixed(
    lambda trunk_ids: (
        Gateway.objects.filter(among("trunk_id", trunk_ids))
        .order_by("priority", "created_at", "id")
        .values_list(
            "pk", "trunk_id", "ip_or_domain", "port", "netmask", "protocol", "inbound", "outbound", "resolved",
            "resolved_at", named=True,
        )
    ),
    list,
)  # fmt: skip


def gateway_row(gateway: Any) -> GatewayRow:
    """Return a gateway, a `Gateway` or a named tuple of its values, as plain data."""
    host = gateway.ip_or_domain
    return GatewayRow(
        id=gateway.pk,
        host=host,
        address=f"{in_uri(host)}:{gateway.port}",
        netmask=default_netmask(host) if gateway.netmask is None else gateway.netmask,
        transport=Transport(gateway.protocol),
        port=gateway.port,
        inbound=gateway.inbound,
        outbound=gateway.outbound,
        resolution=Resolution.read(gateway.resolved, host),
        resolved_at=gateway.resolved_at,
    )


def _numbers(trunk_ids: list[UUID]) -> dict[UUID, list[str]]:
    rows: dict[UUID, list[str]] = defaultdict(list)
    for trunk_id, number in _numbers_of(trunk_ids):
        rows[trunk_id].append(number)
    return rows


_numbers_of: Fixed[Any] = Fixed(
    lambda trunk_ids: (
        PhoneNumber.objects.filter(among("trunk_id", trunk_ids)).order_by("number").values_list("trunk_id", "number")
    ),
    list,
)
