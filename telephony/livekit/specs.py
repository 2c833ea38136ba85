"""Specs of LiveKit objects, and the objects that LiveKit lists. Passwords never appear in a repr."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

from telephony.choices import MediaEncryption, Transport
from telephony.livekit.entrances import Entrance, Rule
from telephony.livekit.errors import LiveKitRefused

SpecT = TypeVar("SpecT", covariant=True)


@lru_cache(maxsize=10_000)
def _is_address(text: str) -> bool:
    """Return whether LiveKit compares this entry with a caller's address. It drops or misinterprets all others."""
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return text.partition("/")[2].isdigit() or "/" not in text


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundTrunkSpec:
    """An inbound trunk: calls to these numbers, from these addresses or with these digest credentials.

    `metadata` is our ownership tag. `allowed_addresses` may have a prefix length; IPv6 is without brackets.
    With `codecs`, no others are negotiated.
    """

    name: str
    metadata: str
    numbers: tuple[str, ...]
    allowed_addresses: tuple[str, ...] = ()
    auth_username: str = ""
    auth_password: str = field(default="", repr=False)
    media_encryption: MediaEncryption = MediaEncryption.DISABLE
    codecs: tuple[str, ...] = ()
    headers_to_attributes: Mapping[str, str] = field(default_factory=dict)
    attributes_to_headers: Mapping[str, str] = field(default_factory=dict)

    def refuse_if_open(self) -> None:
        """Raise `LiveKitRefused` if anyone could call in.

        LiveKit itself accepts a trunk without numbers (all numbers), with only a username or password (no challenge),
        and with entries that are not addresses: a host name matches a From header that anyone can set.
        """
        if not self.numbers:
            raise LiveKitRefused("An inbound trunk without numbers accepts every call. Add a number to the trunk.")
        if bool(self.auth_username) != bool(self.auth_password):
            raise LiveKitRefused(
                "A username or password alone protects nothing. Enter both username and password, or neither."
            )
        wrong = [entry for entry in self.allowed_addresses if not _is_address(entry)]
        if wrong:
            raise LiveKitRefused(f"Allow callers by IP address, not by {', '.join(map(repr, wrong))}.")
        if not self.allowed_addresses and not self.auth_username:
            raise LiveKitRefused(
                "An inbound trunk needs addresses or credentials, or anyone could call in. "
                "Add an inbound gateway with an address, or a username and password."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundTrunkSpec:
    """An outbound trunk for one gateway. `address` is host[:port]; no numbers are stored as `*`, any caller ID."""

    name: str
    metadata: str
    address: str
    numbers: tuple[str, ...] = ("*",)
    transport: Transport | None = Transport.UDP  # None is LiveKit's "auto", which Voxa never writes
    auth_username: str = ""
    auth_password: str = field(default="", repr=False)
    from_host: str = ""
    media_encryption: MediaEncryption = MediaEncryption.DISABLE
    codecs: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    headers_to_attributes: Mapping[str, str] = field(default_factory=dict)
    attributes_to_headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchRuleSpec:
    """Each call of these trunks gets a separate room, `room_prefix` plus a random part, and this agent."""

    name: str
    metadata: str
    trunk_ids: tuple[str, ...]
    room_prefix: str
    agent_name: str = ""
    agent_metadata: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)

    def refuse_if_open(self) -> None:
        """Raise `LiveKitRefused` if the rule would match the calls of every trunk on the server."""
        if not all(self.trunk_ids) or not self.trunk_ids:
            raise LiveKitRefused("A dispatch rule without a trunk matches everyone's calls. Set the trunk.")


@dataclass(frozen=True, slots=True)
class Stored(Generic[SpecT]):
    """An object in LiveKit; `id` is LiveKit's, such as `ST_...` or `SDR_...`.

    `exact` is false if it also has settings that a spec cannot express, which a replacing update would clear; `beyond`
    lists those LiveKit fields. `seen` is what matching reads of an inbound trunk or a rule.
    """

    id: str
    spec: SpecT
    exact: bool = True
    beyond: tuple[str, ...] = ()
    seen: Entrance | Rule | None = field(default=None, compare=False, repr=False)
