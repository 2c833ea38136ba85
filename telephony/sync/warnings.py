"""Warnings on trunks that are partly out of service, with remedies. Pure: rows in, sentences out."""

import ipaddress
from collections import Counter
from collections.abc import Iterator

from telephony.addresses import WIDE, default_netmask, parse_ip
from telephony.choices import UNRESOLVED, MediaEncryption, Transport
from telephony.sync.rows import GatewayRow, TrunkRow

SIP_PORT, SIPS_PORT = 5060, 5061


def trunk_warnings(trunk: TrunkRow) -> Iterator[str]:
    """Yield what DNS said of the gateways, then the warnings of each gateway, then of the trunk itself."""
    for gateway in trunk.gateways:
        yield from _resolution(trunk, gateway)
    for gateway in trunk.gateways:
        yield from _port(gateway)
        yield from _direction(gateway)
        yield from _netmask(gateway)
    for address, times in Counter((one.address, one.transport) for one in trunk.gateways).items():
        if times > 1:
            yield f"{address[0]} is listed {times} times. Remove the copies: each failed call tries it again."
    yield from _directions(trunk)
    yield from _secrets(trunk)
    yield from _from_user(trunk)


def _resolution(trunk: TrunkRow, gateway: GatewayRow) -> Iterator[str]:
    if not gateway.inbound or not gateway.resolution.error:
        return
    if gateway.resolution.addresses:
        yield f"{gateway.host} {UNRESOLVED} at present. Calls are accepted from its last known addresses."
    elif trunk.published:
        yield f"{gateway.host} {UNRESOLVED}. Calls are accepted from the addresses that the carrier publishes."
    else:
        yield (
            f"{gateway.host} {UNRESOLVED}, so calls from it are rejected. "
            "Check the name, or enter the carrier's addresses."
        )


def _port(gateway: GatewayRow) -> Iterator[str]:
    if gateway.transport == Transport.TLS and gateway.port == SIP_PORT:
        yield (
            f"{gateway.address} is reached by TLS, which carriers usually take on port 5061. "
            "Change the port to 5061, or the protocol to UDP or TCP."
        )
    if gateway.transport != Transport.TLS and gateway.port == SIPS_PORT:
        yield (
            f"{gateway.address} is reached by {gateway.transport.label}, but port 5061 is usually for TLS. "
            "Change the protocol to TLS, or the port to 5060."
        )


def _direction(gateway: GatewayRow) -> Iterator[str]:
    if not gateway.inbound and not gateway.outbound:
        yield (
            f"{gateway.host} is used in neither direction: both inbound and outbound are off. "
            "Turn one of them on, or remove the gateway."
        )


def _netmask(gateway: GatewayRow) -> Iterator[str]:
    address, one = parse_ip(gateway.host), default_netmask(gateway.host)
    if gateway.netmask >= one:
        return
    if address is None:
        yield (
            f"Netmask {gateway.netmask} on the domain {gateway.host} widens each address that it resolves to. "
            f"Set it to {one}, and enter the carrier's networks as gateways of their own."
        )
        return
    network = ipaddress.ip_network((address, gateway.netmask), strict=False)
    if gateway.netmask < WIDE[address.version]:
        size = f"{network.num_addresses:,} addresses" if address.version == 4 else "a whole provider's site"
        yield (
            f"{network} admits {size}. Enter the networks that the carrier publishes instead, "
            f"none wider than /{WIDE[address.version]}."
        )
    if gateway.outbound and address == network.network_address:
        yield f"{network} is a range, which has no one address to dial. Turn outbound off for it."


def _directions(trunk: TrunkRow) -> Iterator[str]:
    inbound = [gateway for gateway in trunk.gateways if gateway.inbound]
    if trunk.numbers and not inbound:
        yield "No gateway is inbound, so the numbers cannot be called. Mark a gateway as inbound."
    if inbound and not trunk.numbers:
        yield (
            "The trunk has no numbers, so its inbound gateways accept no calls. "
            "Add the numbers that people call, or turn inbound off."
        )


def _secrets(trunk: TrunkRow) -> Iterator[str]:
    dialed = [gateway for gateway in trunk.gateways if gateway.outbound]
    if trunk.username and trunk.gateways and not dialed:
        yield (
            "Username and password authenticate outbound calls, but no gateway is outbound. "
            "Mark a gateway as outbound, or remove them."
        )
    if trunk.media_encryption == MediaEncryption.REQUIRE and any(one.transport != Transport.TLS for one in dialed):
        yield (
            "Media is encrypted, but its keys travel unencrypted by UDP or TCP. "
            "Reach the gateways by TLS as well, usually on port 5061."
        )


def _from_user(trunk: TrunkRow) -> Iterator[str]:
    at_twilio = [one for one in trunk.gateways if one.outbound and one.host.endswith("twilio.com")]
    if at_twilio and trunk.from_user and not trunk.from_user.startswith("+"):
        yield (
            f"LiveKit writes + before the From user {trunk.from_user} on calls to Twilio. "
            "Twilio takes a number there: leave the From user empty, or enter one such as +12025550123."
        )
