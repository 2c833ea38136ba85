"""Pure checks of single values: port, E.164, SIP user. Each error names the remedy. Hosts are in `addresses`."""

import re
from base64 import b64decode
from uuid import UUID

from django.core.exceptions import ValidationError

from telephony.choices import Codec
from voxa.core.number_fields import to_canonical

_VISIBLE = re.compile(r"[!-~]{1,500}", re.ASCII)
_SIP_USER = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)


def validate_port(value: int) -> None:
    """Accept 1 to 65535."""
    if not 1 <= value <= 65535:
        raise ValidationError("Enter a port from 1 to 65535; the SIP default is 5060.", code="port")


def validate_e164(value: str) -> None:
    """Accept a number with its country code, in any common format."""
    to_canonical(value)


def validate_sip_user(value: str) -> None:
    """Accept letters, digits and hyphens, at most 64."""
    if not _SIP_USER.fullmatch(value):
        raise ValidationError("Use letters, digits and hyphens only.", code="sip_user")


def validate_sip_password(value: str) -> None:
    """Accept 8 to 128 characters, none of them a control character."""
    if len(value) < 8:
        raise ValidationError("Use at least 8 characters.", code="min_length")
    if len(value) > 128 or not value.isprintable():
        raise ValidationError("Use at most 128 characters, without line breaks or tabs.", code="sip_password")


def validate_credential(value: str) -> None:
    """Accept text for a SIP header: no line breaks, which would start another header, no control characters."""
    if not value.isprintable():
        raise ValidationError("Remove line breaks, tabs and other control characters.", code="credential")


def validate_provider_key(value: str) -> None:
    """Accept text for an HTTP header: at most 500 visible ASCII characters."""
    if not _VISIBLE.fullmatch(value):
        raise ValidationError("Use at most 500 visible ASCII characters, without spaces.", code="provider_key")


def validate_tech_prefix(value: str) -> None:
    """Accept digits, `*` and `#`: a prefix that carriers require before the number."""
    if not re.fullmatch(r"[0-9*#]{0,16}", value, re.ASCII):
        raise ValidationError("Use at most 16 digits, * or #.", code="tech_prefix")


def validate_from_user(value: str) -> None:
    """Accept the user part of a SIP URI, without escapes. Source: RFC 3261, token."""
    if not re.fullmatch(r"[A-Za-z0-9.!%*_+`'~-]{1,64}", value, re.ASCII):
        raise ValidationError(
            "Enter only the user part, such as account42 or +12025550123: letters, digits and . - _ + at most 64.",
            code="from_user",
        )


def validate_display_name(value: str) -> None:
    """Accept a display name for the From header, at most 64 characters. LiveKit allows no quotes or backslashes."""
    if not value.isprintable() or set(value) & set('"\\'):
        raise ValidationError(
            "Remove quotes, backslashes, line breaks and other control characters.", code="display_name"
        )


def validate_codecs(value: object) -> None:
    """Accept a list of codecs, each once; an empty list lets LiveKit choose."""
    names = ", ".join(Codec.values)
    if not isinstance(value, list) or not all(isinstance(one, str) and one in Codec.values for one in value):
        raise ValidationError(f"Send a list of {names}. LiveKit's SIP service supports no others.", code="codecs")
    if len(set(value)) != len(value):
        raise ValidationError("List each codec once.", code="codecs")


def validate_signing_secret(value: str) -> None:
    """Accept a secret of Standard Webhooks: `whsec_` and the base64 form of 24 to 64 bytes."""
    try:
        size = len(b64decode(value.removeprefix("whsec_"), validate=True)) if value.startswith("whsec_") else 0
    except ValueError:
        size = 0
    if not 24 <= size <= 64:
        words = 'Enter whsec_ and 24 to 64 random bytes in base64, as from: echo "whsec_$(openssl rand -base64 32)".'
        raise ValidationError(words, code="signing_secret")


def validate_trunk_reference(value: str) -> None:
    """Accept a trunk's UUID, or its `ST_` id of LiveKit."""
    if value.startswith("ST_"):
        return
    try:
        UUID(value)
    except ValueError as error:
        raise ValidationError("Enter the trunk's id, a UUID, or its LiveKit id, ST_...", code="invalid") from error
