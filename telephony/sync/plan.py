"""Plan the LiveKit objects of a trunk or SIP endpoint. Pure: rows in, specs out."""

import ipaddress
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from uuid import UUID

from django.utils.crypto import salted_hmac

from agents.names import AGENT_NAME
from telephony.addresses import in_uri, parse_ip, usable
from telephony.called_numbers import all_spellings
from telephony.choices import ObjectKind
from telephony.livekit import DispatchRuleSpec, InboundTrunkSpec, OutboundTrunkSpec
from telephony.sip_headers import static
from telephony.sync.ownership import OwnershipTag
from telephony.sync.rows import EndpointRow, GatewayRow, Row, TrunkRow
from telephony.sync.warnings import trunk_warnings

ROOM_PREFIX = "call-"

Spec = InboundTrunkSpec | OutboundTrunkSpec | DispatchRuleSpec


@dataclass(frozen=True, slots=True)
class Desired:
    """One object that should exist, for the row `source_id`."""

    kind: ObjectKind
    source_id: UUID
    spec: Spec

    def fingerprint(self, server: str) -> str:
        """Return a keyed hash of the spec on this server: it covers the password, so nobody can try passwords."""
        return salted_hmac("voxa.livekit", f"{server}\n{_text(self.spec)}", algorithm="sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Plan:
    """What should exist for one row. The rule is known once its inbound trunk has an id."""

    row: Row
    installation: UUID
    outbound: tuple[Desired, ...]
    inbound: Desired | None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return the warnings of a trunk, each once."""
        return tuple(dict.fromkeys(trunk_warnings(self.row))) if isinstance(self.row, TrunkRow) else ()

    def rule(self, inbound_id: str) -> Desired:
        """Return the dispatch rule for the inbound trunk that has this id. Raises ValueError without one."""
        if self.inbound is None or not inbound_id:
            raise ValueError("A dispatch rule needs its inbound trunk.")
        return _rule(self.row, self.installation, inbound_id)

    def sources(self) -> frozenset[tuple[ObjectKind, UUID]]:
        """Return which objects should exist, by kind and source."""
        entrance = ((ObjectKind.INBOUND, self.row.id), (ObjectKind.RULE, self.row.id)) if self.inbound else ()
        return frozenset((*((one.kind, one.source_id) for one in self.outbound), *entrance))


def plan(row: Row, installation: UUID) -> Plan:
    """Plan one row, a `TrunkRow` or an `EndpointRow`."""
    if isinstance(row, EndpointRow):
        return Plan(row, installation, (), _entrance(row, installation))
    if isinstance(row, TrunkRow):
        return _plan_trunk(row, installation)
    raise TypeError(f"There is no plan for a {type(row).__name__}.")


def _plan_trunk(trunk: TrunkRow, installation: UUID) -> Plan:
    """Plan an outbound trunk a gateway; an inbound trunk and its rule where numbers and addresses are."""
    outbound = tuple(_outbound(trunk, gateway, installation) for gateway in trunk.gateways if gateway.outbound)
    return Plan(trunk, installation, outbound, _inbound(trunk, installation))


def _outbound(trunk: TrunkRow, gateway: GatewayRow, installation: UUID) -> Desired:
    whole = bool(trunk.username and trunk.password)
    spec = OutboundTrunkSpec(
        name=trunk.name,
        metadata=str(OwnershipTag(installation, ObjectKind.OUTBOUND, gateway.id)),
        address=gateway.address,
        transport=gateway.transport,
        numbers=trunk.numbers or ("*",),
        auth_username=trunk.username if whole else "",
        auth_password=trunk.password if whole else "",
        from_host=in_uri(trunk.from_host),
        media_encryption=trunk.media_encryption,
        codecs=trunk.codecs,
        headers=static(trunk.headers),  # those with placeholders go with each dial
        headers_to_attributes=trunk.headers_to_attributes,
        attributes_to_headers=trunk.attributes_to_headers,
    )
    return Desired(ObjectKind.OUTBOUND, gateway.id, spec)


def _inbound(trunk: TrunkRow, installation: UUID) -> Desired | None:
    """Return the inbound trunk, or None: without numbers it would take all, without addresses it would take anyone."""
    entrances = [gateway for gateway in trunk.gateways if gateway.inbound]
    addresses = {entry for gateway in entrances for entry in _allowed(gateway)}
    if entrances:
        addresses.update(map(_network, trunk.published))
    if not trunk.numbers or not addresses:
        return None
    spec = InboundTrunkSpec(
        name=trunk.name,
        metadata=str(OwnershipTag(installation, ObjectKind.INBOUND, trunk.id)),
        numbers=all_spellings(trunk.numbers, trunk.called_number_format),
        allowed_addresses=tuple(sorted(addresses)),
        media_encryption=trunk.media_encryption,
        codecs=trunk.codecs,
        headers_to_attributes=trunk.headers_to_attributes,
        attributes_to_headers=trunk.attributes_to_headers,
    )
    return Desired(ObjectKind.INBOUND, trunk.id, spec)


def _entrance(endpoint: EndpointRow, installation: UUID) -> Desired:
    """Return the inbound trunk of a SIP endpoint: from anywhere, but only with its credentials."""
    spec = InboundTrunkSpec(
        name=endpoint.name,
        metadata=str(OwnershipTag(installation, ObjectKind.INBOUND, endpoint.id)),
        numbers=(endpoint.user_part,),
        auth_username=endpoint.username,
        auth_password=endpoint.password,
    )
    return Desired(ObjectKind.INBOUND, endpoint.id, spec)


def _rule(row: Row, installation: UUID, inbound_id: str) -> Desired:
    workspace_id, row_id = str(row.workspace_id), str(row.id)
    noun = "trunk" if isinstance(row, TrunkRow) else "endpoint"
    spec = DispatchRuleSpec(
        name=row.name,
        metadata=str(OwnershipTag(installation, ObjectKind.RULE, row.id)),
        trunk_ids=(inbound_id,),
        room_prefix=ROOM_PREFIX,
        agent_name=AGENT_NAME,
        agent_metadata=json.dumps({"workspace": workspace_id, noun: row_id}),
        attributes={"voxa.workspace": workspace_id, f"voxa.{noun}": row_id},
    )
    return Desired(ObjectKind.RULE, row.id, spec)


def _allowed(gateway: GatewayRow) -> Iterator[str]:
    """Return the gateway's networks as LiveKit compares them: addresses only, never a name that anyone can forge.

    Also a single address has its prefix: LiveKit takes an entry that equals the From host, which the caller writes, for
    a match, so that a stranger who writes `From: <sip:x@192.0.2.10>` would pass the entry `192.0.2.10`.
    """
    host = parse_ip(gateway.host)
    for text in [gateway.host] if host else gateway.resolution.addresses:
        entry = _entry(text, gateway.netmask, named=host is None)
        if entry:
            yield entry


@lru_cache(maxsize=10_000)
def _entry(text: str, netmask: int, *, named: bool) -> str:
    """Return the network of an address, "" for one that nobody may call from."""
    address = usable(text)
    if address is None:
        return ""
    prefix = netmask
    if named and address.version == 6:
        prefix += 96  # the netmask of a name is IPv4's; as many addresses of IPv6
    return _network(f"{address}/{prefix}")


@lru_cache(maxsize=10_000)
def _network(text: str) -> str:
    return str(ipaddress.ip_network(text, strict=False))


def _text(spec: Spec) -> str:
    return type(spec).__name__ + json.dumps(
        {field.name: getattr(spec, field.name) for field in fields(spec)}, sort_keys=True
    )
