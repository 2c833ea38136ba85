"""LiveKit's validation of a single trunk or rule. It is lax: ports, names and half a credential pair pass."""

from collections.abc import Mapping

from livekit.protocol.models import ListUpdate
from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo, SIPMediaConfig, SIPOutboundTrunkInfo

from telephony.sandbox.errors import invalid

_LONGEST_MEDIA_TIMEOUT = 600  # seconds
_LONGEST_HEADER, _LONGEST_VALUE = 255, 1024
_FORBIDDEN = frozenset({
    "accept", "accept-encoding", "accept-language", "allow", "allow-events", "call-id", "contact", "content-encoding",
    "content-length", "content-type", "cseq", "event", "expires", "from", "max-forwards", "record-route", "refer-to",
    "reply-to", "k", "l", "m", "o", "r", "t", "u", "v",
})  # fmt: skip


def check_inbound(trunk: SIPInboundTrunkInfo) -> None:
    if not (trunk.auth_username or trunk.auth_password or trunk.allowed_addresses or trunk.numbers):
        raise invalid(
            "for security, one of the fields must be set: AuthUsername+AuthPassword, AllowedAddresses or Numbers"
        )
    check_media(trunk.media)
    _check_header_fields(trunk)


def check_outbound(trunk: SIPOutboundTrunkInfo) -> None:
    if not trunk.numbers:
        raise invalid("no trunk numbers specified")
    if not trunk.address:
        raise invalid("no outbound address specified")
    _check_host(trunk.address, "trunk address")
    _check_host(trunk.from_host, "from_host")
    _check_header_fields(trunk)
    check_media(trunk.media)


def check_rule(rule: SIPDispatchRuleInfo) -> None:
    if not rule.HasField("rule"):
        raise invalid("missing rule")
    check_media(rule.media)


def check_list_update(change: ListUpdate) -> None:
    changes = [*change.set, *change.add, *change.remove]
    if not change.clear and not changes:
        raise invalid("unsupported list update operation")
    if change.clear and changes:
        raise invalid("cannot clear and change the list at the same time")
    if change.set and (change.add or change.remove):
        raise invalid("cannot set and change the list at the same time")
    if not all(changes):
        raise invalid("empty element in the list")


def _check_host(value: str, field: str) -> None:
    if "transport=" in value:
        raise invalid(f"{field} should not contain transport parameter")
    if "@" in value or ";" in value or value.startswith(("sip:", "sips:")):
        raise invalid(f"{field} should be a hostname or IP, not SIP URI")


def _check_header_fields(trunk: SIPInboundTrunkInfo | SIPOutboundTrunkInfo) -> None:
    check_headers(trunk.headers)
    for name in (*trunk.attributes_to_headers.values(), *trunk.headers_to_attributes):
        _check_header_name(name)


def check_headers(headers: Mapping[str, str]) -> None:
    """Raise for outgoing headers that LiveKit rejects."""
    for name, value in headers.items():
        _check_header_name(name)
        if name.lower() in _FORBIDDEN:
            raise invalid(f"invalid header name: header name {name} not supported")
        if len(value) > _LONGEST_VALUE:
            words = f"header {name}: value too long (max {_LONGEST_VALUE} characters)"
            raise invalid(f"invalid header value for {name}: {words}")
        if wrong := next(
            (ord(char) for char in value if ord(char) < 128 and not (char == "\t" or " " <= char <= "~")), None
        ):
            raise invalid(f"invalid header value for {name}: header {name}: value: char {wrong} not allowed")


def _check_header_name(name: str) -> None:
    if not name:
        raise invalid("invalid header name: header name cannot be empty")
    if len(name) > _LONGEST_HEADER:
        raise invalid(f"invalid header name: header name too long (max {_LONGEST_HEADER} characters)")
    if wrong := next(
        (char for char in name if not (char.isascii() and (char.isalnum() or char in "-.!%*_+`'~"))), None
    ):
        words = f"header name {name} contains invalid characters: char {ord(wrong)} not allowed"
        raise invalid(f"invalid header name: {words}")


def check_media(media: SIPMediaConfig) -> None:
    for codec in media.codecs:
        if not codec.name:
            raise invalid("missing codec name")
        if "/" in codec.name:
            raise invalid("codec name must not contain '/'")
        if set(codec.name) & set(" \t\n\r"):
            raise invalid("invalid codec name")
    timeout = media.media_timeout.ToTimedelta().total_seconds()
    if timeout < 0:
        raise invalid("media_timeout must not be negative")
    if timeout > _LONGEST_MEDIA_TIMEOUT:
        raise invalid("media_timeout must not exceed 10m0s")
