"""Transfer targets. Pure: what was typed in, the URI for a REFER and the telephone number in it out."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from telephony.addresses import validate_host
from telephony.validators import validate_e164

_SIP = re.compile(r"(sips?):(?:([A-Za-z0-9._~+*#-]{1,64})@)?([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?")
_SEPARATORS = str.maketrans("", "", ".-_~*#")
_EXTENSION = 6  # digits that a private extension has at most


@dataclass(frozen=True)
class Target:
    """Where a call goes: the URI for a REFER, and the number it would call, if it is one that can be told."""

    uri: str
    number: str | None


def read_target(text: str, *, warm: bool = False) -> Target:
    """Read +15550100001, tel:+15550100001, sip:desk@example.org or sips:...; a warm transfer dials a number.

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
    return Target(text, _number_in(user))


def _number_in(user: str) -> str | None:
    """Return the telephone number that the user of a SIP address is, None for a name or an extension."""
    digits = user.translate(_SEPARATORS)
    if not digits.removeprefix("+").isdigit() or (len(digits) <= _EXTENSION and digits[0] != "+"):
        return None
    if digits[0] != "+":
        raise ValidationError("Write the number in the address with + and its country code.", "to")
    validate_e164(digits)
    return digits
