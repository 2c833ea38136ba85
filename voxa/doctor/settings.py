"""Checks of settings: missing, contradictory, or unsuitable for the environment."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import ERROR, CheckMessage, run_checks
from django.http.request import validate_host

from telephony.addresses import parse_ip
from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Scope

PARTNERS = (("TELNYX_API_KEY", "TELNYX_CONNECTION_ID"),)
LOCAL_DOMAIN = "sip.localhost"


def look(scope: Scope) -> Iterator[Finding]:
    """Report `manage.py check`, with `--deploy` for https installations, and further checks."""
    yield from map(_told, run_checks(include_deployment_checks=settings.PUBLIC_IS_HTTPS))
    yield from _public_address()
    yield from _local_defaults()
    for pair in PARTNERS:
        yield from _halves(pair)


def _told(message: CheckMessage) -> Finding:
    severity = Severity.ERROR if message.level >= ERROR else Severity.WARNING
    remedy = message.hint or "See manage.py check --deploy."
    return Finding(f"settings.{message.id}", str(message.msg), str(remedy), severity)


def _public_address() -> Iterator[Finding]:
    host = urlsplit(settings.API_PUBLIC_URL).hostname or ""
    if host and not settings.DEBUG and not validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS):
        yield Finding(
            "settings.allowed_hosts",
            f"ALLOWED_HOSTS does not include {host}, the host of API_PUBLIC_URL: every request to it fails with 400.",
            f"Add {host} to ALLOWED_HOSTS and restart Voxa.",
        )
    if not _is_local(host) or not settings.LIVEKIT_URL or _is_local(urlsplit(settings.LIVEKIT_URL).hostname or ""):
        return
    yield Finding(
        "settings.public_url",
        f"API_PUBLIC_URL is {settings.API_PUBLIC_URL}, reachable from this machine only, but LiveKit is elsewhere.",
        "Set API_PUBLIC_URL to the URL at which people, agent workers and LiveKit reach Voxa.",
        Severity.WARNING,
    )


def _local_defaults() -> Iterator[Finding]:
    """Report settings for a single machine if others use Voxa or real calls are made."""
    if settings.LIVEKIT_IS_SANDBOX:
        yield Finding(
            "settings.sandbox",
            "LiveKit is the sandbox: no real calls are made and no gateways are checked.",
            "For real calls set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, and restart Voxa.",
            Severity.WARNING,
        )
    elif settings.LIVEKIT_URL and settings.SIP_DOMAIN == LOCAL_DOMAIN:
        yield Finding(
            "settings.sip_domain",
            f"SIP_DOMAIN is {LOCAL_DOMAIN}: the SIP addresses shown in the admin do not work.",
            "Set SIP_DOMAIN to the host name of LiveKit's SIP service.",
            Severity.WARNING,
        )
    if _is_local(urlsplit(settings.API_PUBLIC_URL).hostname or ""):
        return
    embedded = {"DATABASE_URL": settings.EMBEDDED_DATABASE, "CELERY_BROKER_URL": settings.EMBEDDED_BROKER}
    if unset := [name for name, is_embedded in embedded.items() if is_embedded]:
        yield Finding(
            "settings.embedded",
            f"{' and '.join(unset)} not set: Voxa stores everything in files, which suit one machine and few calls.",
            "Use PostgreSQL and Redis in production.",
            Severity.WARNING,
        )


def _halves(pair: Iterable[str]) -> Iterator[Finding]:
    names = list(pair)
    missing = [name for name in names if not getattr(settings, name)]
    if missing and len(missing) < len(names):
        yield Finding(
            "settings.half",
            f"{' and '.join(missing)} missing: required with {' and '.join(set(names) - set(missing))}.",
            f"Set {' and '.join(names)} together, or none of them.",
            Severity.WARNING,
        )


def _is_local(host: str) -> bool:
    address = parse_ip(host)
    return host == "localhost" or host.endswith(".localhost") or bool(address and address.is_loopback)
