"""The script of a simulated call, selected by the called number or by the gateway. Pure.

tests/live/sipbridge plays the same beside a real server; tests/contract/dial_table.py holds both to one table.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto

from livekit.protocol.sip import SIPMediaEncryption, SIPOutboundTrunkInfo, SIPTransport

from telephony.sandbox import endings
from telephony.sandbox.endings import Ending
from telephony.sandbox.statuses import final_answer

GOOD_PASSWORD = "right"  # noqa: S105 -- accepted by a gateway `auth.`, with any username
_TALKS = re.compile(r"02(\d\d)$")
_NUMBER = re.compile(r"0(30[12]|40[02-68]|410|415|433|48[04678]|50[0-4]|60[034678])$")
_RINGS_FIRST = (408, 480, 486, 487, 600, 603, 607, 608)  # sent by the callee; the others come from the carrier
_GATEWAY = re.compile(r"([a-z-]+)(\d*)\.")
_LIMITS = {
    403: "User channel limit exceeded",
    429: "Too many calls per second",
    480: "No channels available",
    486: "Maximum simultaneous calls reached",
    500: "Concurrent call limit exceeded",
    503: "CPS limit exceeded",
}
_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}


class Until(Enum):
    """What a call waits for before it ends."""

    AT_ONCE = auto()
    RUNG = auto()  # how long a phone rings in this sandbox
    SILENCE = auto()  # the timeout of a SIP transaction
    LIMIT = auto()  # the ringing limit


@dataclass(frozen=True, slots=True)
class Script:
    """The script of a call. Without an `ending` it is answered; without `talk_seconds` the callee stays.

    `after` is when a SILENCE ends, in seconds; None is as long as the sandbox was told.
    """

    ending: Ending | None = None
    rings: bool = True
    until: Until = Until.RUNG
    after: float | None = None
    talk_seconds: int | None = None
    answer_is_lost: bool = False


def script_of(number: str, trunk: SIPOutboundTrunkInfo) -> Script:
    """Return the script for the first label of the gateway's name, else for the number's last digits."""
    found = _GATEWAY.match(trunk.address)
    course = _COURSES.get(found[1]) if found else None
    script = course(trunk, int(found[2] or 0)) if course and found else None
    if script is not None:
        return script
    return replace(_by_number(number), answer_is_lost=trunk.address.startswith("lost."))


def _by_number(number: str) -> Script:
    if found := _NUMBER.search(number):
        return _answers_with(int(found[1]), rings=int(found[1]) in _RINGS_FIRST)
    if number.endswith("0999"):
        return Script(endings.RANG_OUT, until=Until.LIMIT)
    talks = _TALKS.search(number)
    return Script(talk_seconds=int(talks[1]) or None if talks else None)


def _answers_with(status: int, words: str = "", *, rings: bool) -> Script:
    return Script(final_answer(status, words), rings, Until.RUNG if rings else Until.AT_ONCE)


def _status(rings: bool) -> Callable[[SIPOutboundTrunkInfo, int], Script | None]:
    return lambda trunk, code: _answers_with(code, rings=rings) if 300 <= code < 700 else None


def _limit(trunk: SIPOutboundTrunkInfo, code: int) -> Script | None:
    return _answers_with(code, _LIMITS[code], rings=False) if code in _LIMITS else None


def _silent(trunk: SIPOutboundTrunkInfo, seconds: int) -> Script:
    return Script(endings.died(0), rings=False, until=Until.SILENCE, after=seconds or None)


def _refused(trunk: SIPOutboundTrunkInfo, seconds: int) -> Script:
    """Ignore an ICMP refusal of UDP: the dial waits as if there were no response."""
    transport = _transport(trunk)
    if transport == "udp":
        return _silent(trunk, seconds)
    return _fails(endings.refused(_port(trunk), transport))


def _untrusted(trunk: SIPOutboundTrunkInfo, _: int) -> Script | None:
    return _fails(endings.untrusted(_port(trunk))) if _transport(trunk) == "tls" else None


def _unresolved(trunk: SIPOutboundTrunkInfo, _: int) -> Script:
    return _fails(endings.unresolved(trunk.address.partition(":")[0], _transport(trunk)))


def _auth(trunk: SIPOutboundTrunkInfo, _: int) -> Script | None:
    if not (trunk.auth_username and trunk.auth_password):
        return _fails(endings.NO_CREDENTIALS)
    return None if trunk.auth_password == GOOD_PASSWORD else _fails(endings.WRONG_CREDENTIALS)


def _srtp(trunk: SIPOutboundTrunkInfo, _: int) -> Script | None:
    plain = _encryption(trunk) == SIPMediaEncryption.SIP_MEDIA_ENCRYPT_DISABLE
    return Script(endings.NO_ENCRYPTION) if plain else None


def _plain(trunk: SIPOutboundTrunkInfo, _: int) -> Script | None:
    required = _encryption(trunk) == SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE
    return Script(endings.NO_ENCRYPTION) if required else None


def _encryption(trunk: SIPOutboundTrunkInfo) -> SIPMediaEncryption:
    """Return the trunk's media encryption, from whichever of its two fields is set."""
    return trunk.media.encryption if trunk.media.HasField("encryption") else trunk.media_encryption


def _fails(ending: Ending) -> Script:
    return Script(ending, rings=False, until=Until.AT_ONCE)


def _transport(trunk: SIPOutboundTrunkInfo) -> str:
    named = {SIPTransport.SIP_TRANSPORT_TCP: "tcp", SIPTransport.SIP_TRANSPORT_TLS: "tls"}
    return named.get(trunk.transport, "udp")


def _port(trunk: SIPOutboundTrunkInfo) -> int:
    port = trunk.address.partition(":")[2]
    return int(port) if port.isdigit() else _PORTS[_transport(trunk)]


_COURSES: dict[str, Callable[[SIPOutboundTrunkInfo, int], Script | None]] = {
    "s": _status(rings=False),
    "r": _status(rings=True),
    "limit": _limit,
    "silent": _silent,
    "trying": lambda trunk, _: Script(endings.RANG_OUT, rings=False, until=Until.LIMIT),
    "stalled": lambda trunk, _: Script(endings.died(1), rings=False),
    "stalled-ringing": lambda trunk, _: Script(endings.died(2)),
    "refused": _refused,
    "untrusted": _untrusted,
    "unresolved": _unresolved,
    "auth": _auth,
    "nocodec": lambda trunk, _: Script(endings.NO_CODEC),
    "srtp": _srtp,
    "plain": _plain,
}
