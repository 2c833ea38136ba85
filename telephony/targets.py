"""Transfer targets. Pure: what was typed in, the URI for a REFER and the telephone number in it out."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from django.core.exceptions import ValidationError

from telephony.addresses import validate_host
from telephony.sip_headers import validate_headers
from telephony.validators import validate_e164

_SIP = re.compile(
    r"(sips?):(?:([A-Za-z0-9._~+*#-]{1,64})@)?([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?"
    r"((?:;[^;?]*)*)(?:\?(.*))?"
)
_PARAMETER = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,32}(?:=[A-Za-z0-9.!%*_+`'~\[\]:/-]{1,128})?", re.ASCII)
_HEADER = re.compile(r"([A-Za-z0-9.!*_~-]{1,64})=([A-Za-z0-9.!*_~'()\[\]/:&+$%-]{0,256})", re.ASCII)
_TRANSPORTS = ("udp", "tcp", "tls")
LONGEST_TARGET = 500
_SEPARATORS = str.maketrans("", "", ".-_~*#")
_EXTENSION = 6  # digits that a private extension has at most


@dataclass(frozen=True)
class Target:
    """Where a call goes: the URI for a REFER, and the number it would call, if it is one that can be told."""

    uri: str
    number: str | None


def read_target(text: str, *, warm: bool = False) -> Target:
    """Read +15550100001, tel:+15550100001, sip:desk@example.org;transport=tls?X-Queue=2 or sips:...

    A warm transfer dials a number.

    Raises ValidationError also for a SIP address whose user is a telephone number without its country code: what it
    would cost cannot be told.
    """
    target = _read(text)
    if warm and not target.uri.startswith("tel:"):
        raise ValidationError("A warm transfer goes to a number such as +15550100001.", "to")
    return target


def _read(text: str) -> Target:
    scheme, colon, rest = text.partition(":")
    if not colon or scheme == "tel":
        number = rest if colon else text
        validate_e164(number)
        return Target(f"tel:{number}", number)
    found = _SIP.fullmatch(text)
    if found is None:
        raise ValidationError("Give a number such as +15550100001, or an address such as sip:desk@example.org.", "to")
    user, host, port = found[2] or "", found[3], int(found[4] or 5060)
    validate_host(host.strip("[]"))
    if not 0 < port < 65_536:
        raise ValidationError("A port is from 1 to 65535.", "to")
    _check_parameters(found[5].split(";")[1:])
    if found[6] is not None:
        _check_headers(found[6])
    return Target(text, _number_in(user))


def _check_parameters(parameters: list[str]) -> None:
    """Accept parameters such as transport=tls and user=phone; those that would lead elsewhere are refused."""
    for parameter in parameters:
        name, _, value = parameter.lower().partition("=")
        if not _PARAMETER.fullmatch(parameter):
            raise ValidationError(f";{parameter} is no parameter of an address, such as ;transport=tls.", "to")
        if name in ("maddr", "method", "ttl"):
            raise ValidationError(
                f"Leave the parameter {name} out of the address: it changes where the call goes.", "to"
            )
        if name == "transport" and value not in _TRANSPORTS:
            raise ValidationError(f"Choose the transport {', '.join(_TRANSPORTS)}.", "to")


def _check_headers(text: str) -> None:
    """Accept headers after `?`, joined by `&`, escaped as in a URL. Source: RFC 3261, 19.1.1."""
    headers = dict[str, str]()
    for pair in text.split("&"):
        found = _HEADER.fullmatch(pair)
        if found is None or re.search(r"%(?![0-9A-Fa-f]{2})", pair):
            raise ValidationError("Write headers in the address as ?X-Account=42&X-Queue=sales, escaped with %.", "to")
        if found[1].lower() == "body":
            raise ValidationError("Leave the body out of the address; it takes headers alone.", "to")
        headers[found[1]] = unquote(found[2])
    validate_headers(headers)


def _number_in(user: str) -> str | None:
    """Return the telephone number that the user of a SIP address is, None for a name or an extension."""
    digits = user.translate(_SEPARATORS)
    if not digits.removeprefix("+").isdigit() or (len(digits) <= _EXTENSION and digits[0] != "+"):
        return None
    if digits[0] != "+":
        raise ValidationError("Write the number in the address with + and its country code.", "to")
    validate_e164(digits)
    return digits
