"""Parse transfer targets. Pure: user input in, the REFER URI and its phone number out."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from django.core.exceptions import ValidationError

from telephony.addresses import validate_host
from telephony.sip_headers import validate_headers
from voxa.core.number_fields import to_canonical
from voxa.core.number_text import NumberError, read_digits
from voxa.core.phone_numbers import or_none

_SIP = re.compile(
    r"(sips?):(?:([A-Za-z0-9._~+*#-]{1,64})@)?([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?"
    r"((?:;[^;?]*)*)(?:\?(.*))?"
)
_PARAMETER = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,32}(?:=[A-Za-z0-9.!%*_+`'~\[\]:/-]{1,128})?", re.ASCII)
_HEADER = re.compile(r"([A-Za-z0-9.!*_~-]{1,64})=([A-Za-z0-9.!*_~'()\[\]/:&+$%-]{0,256})", re.ASCII)
_TRANSPORTS = ("udp", "tcp", "tls")
LONGEST_TARGET = 500
LONGEST_SHORT = 6  # digits of a short code or an extension
_IS_SIP = re.compile(r"sips?:", re.IGNORECASE)
_SEPARATORS = str.maketrans("", "", ".-_~")


@dataclass(frozen=True)
class Target:
    """A transfer target: the URI for a REFER, the phone number it calls, if any, and the short
    code or extension in a SIP URI.
    """

    uri: str
    number: str | None
    short: str = ""


def read_target(text: str, *, warm: bool = False, country: str | None = None) -> Target:
    """Parse a number in any format, sip:desk@example.org;transport=tls?X-Queue=2 or sips:...

    A warm transfer requires a number.

    `country` parses national formats. Raise `ValidationError` also for a SIP URI whose user is a phone
    number without a country code, since its cost is unknown.
    """
    target = _sip(text) if _IS_SIP.match(text) else _number(text, country, warm=warm)
    if warm and not target.uri.startswith("tel:"):
        raise ValidationError("A warm transfer requires a number such as +15550100001.", "to")
    return target


def as_stored(text: str, country: str | None) -> str:
    """Return a target as it is kept: a number in its canonical form, also in a SIP address; anything else as it is."""
    return _spelled(text) if _IS_SIP.match(text) else or_none(text, country) or text


def _spelled(text: str) -> str:
    """Return a SIP address in one spelling: the scheme in lower case, a number behind a `+` in canonical form."""
    scheme, _, rest = text.partition(":")
    user, at, place = rest.partition("@")
    prefix, plus, digits = user.rpartition("+")
    number = or_none(plus + digits) if at and plus else None
    return f"{scheme.lower()}:{prefix.rstrip('+') + number if number else user}{at}{place}"


def _number(text: str, country: str | None, *, warm: bool) -> Target:
    try:
        number = to_canonical(text, country)
    except ValidationError as error:
        if short := _short(text):
            remedy = (
                "A warm transfer calls a whole number such as +15550100001."
                if warm
                else f"Enter its SIP address, such as sip:{short}@pbx.example.com, or a whole number."
            )
            raise ValidationError(f"{short} is a short code or an extension. {remedy}", error.code) from None
        if error.code != "letters":
            raise
        words = "Enter a number such as +15550100001, or a SIP URI such as sip:desk@example.org."
        raise ValidationError(words, error.code) from None
    return Target(f"tel:{number}", number)


def _short(text: str) -> str:
    """Return the digits of a short code or extension, which no numbering plan has; empty for anything else."""
    try:
        read = read_digits(text)
    except NumberError:
        return ""
    return read.digits if len(read.digits) <= LONGEST_SHORT and not read.international else ""


def _sip(text: str) -> Target:
    address = _spelled(text)
    found = _SIP.fullmatch(address)
    if found is None:
        raise ValidationError("Enter a SIP URI such as sip:desk@example.org.", "to")
    user, host, port = found[2] or "", found[3], int(found[4] or 5060)
    validate_host(host.strip("[]"))
    if not 0 < port < 65_536:
        raise ValidationError("Enter a port from 1 to 65535.", "to")
    _check_parameters(found[5].split(";")[1:])
    if found[6] is not None:
        _check_headers(found[6])
    number, short = number_in(user)
    return Target(address, number, short)


def _check_parameters(parameters: list[str]) -> None:
    """Accept parameters such as transport=tls and user=phone. Refuse those that change the destination."""
    for parameter in parameters:
        name, _, value = parameter.lower().partition("=")
        if not _PARAMETER.fullmatch(parameter):
            raise ValidationError(f";{parameter} is not a URI parameter. Enter one such as ;transport=tls.", "to")
        if name in ("maddr", "method", "ttl"):
            raise ValidationError(f"Remove the parameter {name}: it changes the destination.", "to")
        if name == "transport" and value not in _TRANSPORTS:
            raise ValidationError(f"Choose the transport {', '.join(_TRANSPORTS)}.", "to")


def _check_headers(text: str) -> None:
    """Accept headers after `?`, joined by `&`, escaped as in a URL. Source: RFC 3261, 19.1.1."""
    headers = dict[str, str]()
    for pair in text.split("&"):
        found = _HEADER.fullmatch(pair)
        if found is None or re.search(r"%(?![0-9A-Fa-f]{2})", pair):
            raise ValidationError("Enter headers as ?X-Account=42&X-Queue=sales, escaped with %.", "to")
        if found[1].lower() == "body":
            raise ValidationError("Remove the body from the URI; only headers are allowed.", "to")
        headers[found[1]] = unquote(found[2])
    validate_headers(headers)


def number_in(user: str) -> tuple[str | None, str]:
    """Return the phone number in the user part of a SIP URI (None for a name), and a short code or extension.

    Text before `*`, `#` or `+` is a prefix that the carrier removes.
    """
    plain = re.split(r"[*#]", unquote(user).partition(";")[0].translate(_SEPARATORS))[-1]
    digits = plain[plain.rfind("+") :] if "+" in plain else plain
    if digits.isdecimal() and len(digits) <= LONGEST_SHORT:
        return None, digits
    if digits.startswith("+") and not digits[1:2].isalpha():
        return to_canonical(digits), ""
    if re.match(r"\d{7,}", digits):
        raise ValidationError("Enter the number in the URI with + and its country code.", "to")
    return None, ""
