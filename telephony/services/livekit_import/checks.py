"""Check whether rows can represent a LiveKit object. Pure; each refusal has a reason for people."""

import ipaddress
from typing import TypeAlias

from django.core.exceptions import ValidationError

from telephony.addresses import default_netmask, normalize_host, parse_ip, read_host, validate_netmask
from telephony.choices import Transport
from telephony.livekit import DispatchRuleSpec, InboundTrunkSpec, OutboundTrunkSpec, Stored
from telephony.validators import validate_port
from voxa.core.phone_numbers import or_none

Inbound: TypeAlias = Stored[InboundTrunkSpec]
Outbound: TypeAlias = Stored[OutboundTrunkSpec]
Rule: TypeAlias = Stored[DispatchRuleSpec]

SIP_PORT, SIPS_PORT = 5060, 5061  # LiveKit's default for an address without a port


class CannotSay(Exception):
    """Rows cannot represent this object, so it is not adopted. The message is the reason."""


def check_common(stored: Inbound | Outbound | Rule) -> None:
    """Refuse an object with values that an update would clear."""
    if stored.beyond:
        raise CannotSay(f"It uses {', '.join(stored.beyond)}, which Voxa does not support.")
    if stored.spec.metadata:
        raise CannotSay("Its metadata belongs to another program.")


def e164(numbers: tuple[str, ...], country: str | None) -> tuple[str, ...]:
    """Return canonical numbers. LiveKit accepts any spelling and ignores a leading plus in comparisons."""
    found = {number: _canonical(number, country) for number in numbers}
    if wrong := [number for number, full in found.items() if full is None]:
        raise CannotSay(f"Not in E.164: {', '.join(wrong)}.")
    return tuple(dict.fromkeys(full for full in found.values() if full is not None))


def _canonical(number: str, country: str | None) -> str | None:
    return or_none(number, country, plus_may_be_lost=True) or or_none(f"+{number}")


def inbound_numbers(stored: Inbound, country: str | None) -> tuple[str, ...]:
    """Return the numbers of an inbound trunk."""
    check_common(stored)
    spec = stored.spec
    if not spec.numbers:
        raise CannotSay("It accepts calls to any number. Set its numbers in LiveKit first.")
    if spec.auth_username or spec.auth_password:
        raise CannotSay("It authenticates callers by password; Voxa's trunks authenticate carriers by IP.")
    if not spec.allowed_addresses:
        raise CannotSay("It accepts calls from any address. Set the carrier's addresses in LiveKit first.")
    return e164(spec.numbers, country)


def networks(stored: Inbound) -> list[tuple[str, int]]:
    """Return the allowed source addresses with their prefix lengths."""
    found = []
    for entry in stored.spec.allowed_addresses:
        try:
            host = read_host(entry)
        except ValidationError as error:
            raise CannotSay(f"It allows callers from {entry}. {error.messages[0]}") from None
        if parse_ip(host.name) is None:
            raise CannotSay(
                f"It allows callers by the name {entry}, which any caller can forge. "
                "Replace it with the carrier's IP addresses in LiveKit first."
            )
        netmask = default_netmask(host.name) if host.netmask is None else host.netmask
        try:
            validate_netmask(host.name, netmask)
        except ValidationError as error:
            raise CannotSay(f"It allows callers from {entry}. {error.messages[0]}") from None
        network = ipaddress.ip_network((host.name, netmask), strict=False)
        found.append((str(network.network_address), netmask))
    return found


def outbound_numbers(stored: Outbound, country: str | None) -> tuple[str, ...]:
    """Return the numbers of an outbound trunk; none means any caller ID."""
    check_common(stored)
    spec = stored.spec
    if bool(spec.auth_username) != bool(spec.auth_password):
        raise CannotSay("It has only one of username and password.")
    if "*" in spec.numbers:
        if len(spec.numbers) > 1:
            raise CannotSay("It has both * (any number) and specific numbers.")
        return ()
    return e164(spec.numbers, country)


def address(stored: Outbound) -> tuple[str, int, Transport]:
    """Return host, port and transport of an outbound trunk."""
    text, transport = stored.spec.address, stored.spec.transport
    host, colon, port_text = text.rpartition(":") if not parse_ip(text) else (text, "", "")
    if not colon:
        host, port_text = text, str(SIPS_PORT if transport == Transport.TLS else SIP_PORT)
    try:
        port = int(port_text)
        validate_port(port)
        host = normalize_host(host)
    except (ValueError, ValidationError):
        raise CannotSay(f"Its address {text} is not a host and port.") from None
    if transport is None and port != SIP_PORT:
        raise CannotSay(f"Its transport on port {port} is automatic. Set udp, tcp or tls in LiveKit first.")
    return host, port, transport or Transport.UDP


def check_rule(stored: Rule) -> None:
    """Refuse a rule that does more than create a room per call with an agent."""
    check_common(stored)
    if stored.spec.attributes or stored.spec.agent_metadata:
        raise CannotSay("It sets call attributes or agent metadata of another program.")
