"""What LiveKit asks of a single trunk or rule. It asks little: ports, names and half a credential pair pass."""

from livekit.protocol.models import ListUpdate
from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo, SIPMediaConfig, SIPOutboundTrunkInfo

from telephony.sandbox.errors import invalid

_LONGEST_MEDIA_TIMEOUT = 600  # seconds


def check_inbound(trunk: SIPInboundTrunkInfo) -> None:
    if not (trunk.auth_username or trunk.auth_password or trunk.allowed_addresses or trunk.numbers):
        raise invalid(
            "for security, one of the fields must be set: AuthUsername+AuthPassword, AllowedAddresses or Numbers"
        )
    check_media(trunk.media)


def check_outbound(trunk: SIPOutboundTrunkInfo) -> None:
    if not trunk.numbers:
        raise invalid("no trunk numbers specified")
    if not trunk.address:
        raise invalid("no outbound address specified")
    _check_host(trunk.address, "trunk address")
    _check_host(trunk.from_host, "from_host")
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
