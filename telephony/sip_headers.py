"""Validate SIP headers of trunks and transfers. Pure. Sources: RFC 3261, and what LiveKit itself refuses."""

import re
from collections.abc import Mapping
from typing import Any, cast

from django.core.exceptions import ValidationError

MOST_HEADERS = 20
LONGEST_NAME, LONGEST_VALUE = 64, 512  # LiveKit allows 255 and 1024, and placeholders expand
LONGEST_ATTRIBUTE = 64
PLACEHOLDERS = ("callId", "from", "to")

_NAME = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,64}", re.ASCII)
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_ATTRIBUTE = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_URI = re.compile(r"(?:\"[^\"\\]*\"|[A-Za-z0-9 .!%*_+`'~-]*)\s*<(?:sips?|tel):[^<>\s\"]+>|(?:sips?|tel):[^<>\s\",?;]+")
_COMPACT = frozenset("abcdefijklmnorstuvxy")  # one letter stands for a header of the dialog
RESERVED = frozenset({
    "accept", "accept-encoding", "accept-language", "allow", "allow-events", "authorization", "call-id", "contact",
    "content-disposition", "content-encoding", "content-language", "content-length", "content-type", "cseq", "event",
    "expires", "from", "max-forwards", "mime-version", "min-expires", "min-se", "proxy-authenticate",
    "proxy-authorization", "proxy-require", "rack", "record-route", "refer-to", "replaces", "reply-to", "require",
    "route", "rseq", "session-expires", "subscription-state", "supported", "to", "unsupported", "user-agent", "via",
    "www-authenticate",
})  # fmt: skip
IDENTITIES = frozenset({"p-asserted-identity", "p-preferred-identity"})
_OWN_ATTRIBUTES = ("sip.", "voxa.", "lk.")  # reserved by LiveKit and Voxa: callers must not set them


def validate_headers(value: Any) -> None:
    """Accept headers to send, name to value; a value may contain {callId}, {from} or {to}. Raise `ValidationError`."""
    for name, text in _pairs(value, 'headers, such as {"X-Account": "42"}').items():
        _check_sent(name)
        _check_value(name, text)
    _once(value)


def validate_headers_to_attributes(value: Any) -> None:
    """Accept headers to read, each with the participant attribute that receives its value. Raise `ValidationError`."""
    for name, attribute in _pairs(value, "a mapping of header to attribute").items():
        _check_name(name)
        _check_attribute(attribute)
        if attribute.lower().startswith(_OWN_ATTRIBUTES):
            _refuse(
                f"The attribute {attribute} is reserved by LiveKit or Voxa. Choose another name, such as account.id."
            )
    _once(value)


def validate_attributes_to_headers(value: Any) -> None:
    """Accept participant attributes, each with the header that carries its value. Raise `ValidationError`."""
    for attribute, name in _pairs(value, "a mapping of attribute to header").items():
        _check_attribute(attribute)
        _check_sent(name)
    _once(value.values())


def rendered(headers: Mapping[str, str], **values: str) -> dict[str, str]:
    """Return headers with their placeholders filled in: `callId`, `from`, `to`."""
    filled = {"callId": values["call_id"], "from": values["caller_id"], "to": values["to"]}
    return {
        name: _PLACEHOLDER.sub(lambda found: filled.get(found[1], found[0]), text) for name, text in headers.items()
    }


def joined(first: Mapping[str, str], then: Mapping[str, str]) -> dict[str, str]:
    """Merge headers. A name in both, in any case, keeps the first spelling and takes the later value.

    LiveKit treats names as case-sensitive and would send both.
    """
    spelled = {name.lower(): name for name in first}
    return {**first, **{spelled.get(name.lower(), name): text for name, text in then.items()}}


def static(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that are the same for every call."""
    return {name: text for name, text in headers.items() if not _PLACEHOLDER.search(text)}


def _pairs(value: Any, what: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for pair in value.items() for one in pair):
        _refuse(f"Send an object of {what}: texts only.")
    if len(value) > MOST_HEADERS:
        _refuse(f"Send at most {MOST_HEADERS} headers.")
    return cast(dict[str, str], value)


def _once(names: Any) -> None:
    seen = [name.lower() for name in names]
    if twice := next((name for name in seen if seen.count(name) > 1), None):
        _refuse(f"The header {twice} is listed twice; header names are not case-sensitive. List it once.")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        _refuse(f"{name!r} is not a header name. Use letters, digits and hyphens, at most {LONGEST_NAME}: X-Account.")


def _check_sent(name: str) -> None:
    _check_name(name)
    if name.lower() in RESERVED or name.lower() in _COMPACT or name.lower().startswith("content-"):
        _refuse(f"The header {name} is reserved by SIP and cannot be set. Use one such as X-{name.title()}.")


def _check_value(name: str, text: str) -> None:
    if not text.strip():
        _refuse(f"The header {name} has no value. Enter one, or remove the header.")
    if not text.isprintable():
        _refuse(f"Remove line breaks and control characters from the value of {name}.")
    if len(text) > LONGEST_VALUE:
        _refuse(f"Use at most {LONGEST_VALUE} characters for the value of {name}.")
    for found in _PLACEHOLDER.findall(text):
        if found not in PLACEHOLDERS:
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            _refuse(f"{{{found}}} in {name} is not a placeholder. Use {known}.")
    example = _PLACEHOLDER.sub("+12025550123", text)
    if name.lower() in IDENTITIES and not all(_URI.fullmatch(one.strip()) for one in example.split(",")):
        _refuse(f"{name} requires an address such as <sip:+12025550123@sip.example.com> or <tel:{{from}}>.")


def _check_attribute(attribute: str) -> None:
    if not _ATTRIBUTE.fullmatch(attribute):
        words = "Use letters, digits, dots, hyphens and underscores"
        _refuse(f"{attribute!r} is not an attribute name. {words}, at most {LONGEST_ATTRIBUTE}: account.id.")


def _refuse(words: str) -> None:
    raise ValidationError(words, code="headers")
