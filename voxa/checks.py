"""System checks of the settings."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ValidationError

from telephony import dialects
from telephony.addresses import validate_host
from telephony.models.livekit_project import normalize_livekit_url

LIVEKIT_NAMES = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
STORAGE_NAMES = ("RECORDING_S3_BUCKET", "RECORDING_S3_ACCESS_KEY", "RECORDING_S3_SECRET")


@register
def check_encryption_keys(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Check that FERNET_KEYS is set. Stored passwords need their own key, since SECRET_KEY may change."""
    if any(settings.FERNET_KEYS) and all(settings.FERNET_KEYS):
        return []
    return [
        Error(
            "FERNET_KEYS is empty, so passwords cannot be stored.",
            hint="Set a long random text, such as `openssl rand -hex 32` prints. Keep a copy with your backups.",
            id="voxa.E001",
        )
    ]


@register
def check_livekit(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Check that the LIVEKIT variables are complete or absent, and that the URL is valid."""
    if not any(getattr(settings, name) for name in LIVEKIT_NAMES):
        return []
    missing = [name for name in LIVEKIT_NAMES if not getattr(settings, name)]
    if missing:
        return [
            Error(
                f"LiveKit is only partly configured: {' and '.join(missing)} missing.",
                hint=f"Set {', '.join(LIVEKIT_NAMES)} together, or none of them.",
                id="voxa.E002",
            )
        ]
    found: list[CheckMessage] = []
    try:
        normalize_livekit_url(settings.LIVEKIT_URL)
    except ValidationError as error:
        found.append(Error("LIVEKIT_URL is not the URL of a LiveKit server.", hint=error.messages[0], id="voxa.E003"))
    return found


@register
def check_recordings(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Check that the recording storage is complete or absent."""
    missing = [name for name in STORAGE_NAMES if not getattr(settings, name)]
    if not missing or len(missing) == len(STORAGE_NAMES):
        return []
    return [
        Error(
            f"Recording storage is only partly configured: {' and '.join(missing)} missing.",
            hint=f"Set {', '.join(STORAGE_NAMES)} together, or none of them.",
            id="voxa.E007",
        )
    ]


@register
def check_sip_domain(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Check SIP_DOMAIN, the host in SIP addresses."""
    try:
        validate_host(settings.SIP_DOMAIN)
    except ValidationError as error:
        return [Error(f"SIP_DOMAIN is “{settings.SIP_DOMAIN}”.", hint=error.messages[0], id="voxa.E004")]
    return []


@register
def check_public_url(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Check API_PUBLIC_URL, which is used in links and callbacks and for secure cookies."""
    if settings.API_PUBLIC_URL.lower().startswith(("http://", "https://")):
        return []
    return [
        Error(
            f"API_PUBLIC_URL is “{settings.API_PUBLIC_URL}”.",
            hint="Set the URL at which people reach Voxa, such as https://voxa.example.com.",
            id="voxa.E005",
        )
    ]


@register
def check_dialects(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Check VOXA_DIALECTS: a misspelled dialect would be silently disabled."""
    unknown = sorted(set(settings.VOXA_DIALECTS or ()) - set(dialects.available()))
    if not unknown:
        return []
    hint = f"Choose among {', '.join(dialects.available())}; leave it unset to enable all."
    return [Error(f"VOXA_DIALECTS has unknown dialects: {', '.join(unknown)}.", hint=hint, id="voxa.E006")]
