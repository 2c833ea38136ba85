"""Settings that are missing, contradict each other, or do not fit where Voxa runs."""

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
    """Report what `manage.py check` says, with `--deploy` where people come by https, and what it does not look at."""
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
            f"ALLOWED_HOSTS does not name {host}, the host of API_PUBLIC_URL: every page answers 400 there.",
            f"Add {host} to ALLOWED_HOSTS and restart Voxa.",
        )
    if not _is_local(host) or not settings.LIVEKIT_URL or _is_local(urlsplit(settings.LIVEKIT_URL).hostname or ""):
        return
    yield Finding(
        "settings.public_url",
        f"API_PUBLIC_URL is {settings.API_PUBLIC_URL}, which only this machine reaches, but LiveKit is elsewhere.",
        "Set API_PUBLIC_URL to the address people, agent workers and LiveKit reach Voxa at.",
        Severity.WARNING,
    )


def _local_defaults() -> Iterator[Finding]:
    """Name what is meant for one machine alone where people come from others, or real calls are made."""
    if settings.LIVEKIT_IS_SANDBOX:
        yield Finding(
            "settings.sandbox",
            "LiveKit is the sandbox: no real call is made, and no gateway is asked.",
            "For real calls set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, and restart Voxa.",
            Severity.WARNING,
        )
    elif settings.LIVEKIT_URL and settings.SIP_DOMAIN == LOCAL_DOMAIN:
        yield Finding(
            "settings.sip_domain",
            f"SIP_DOMAIN is {LOCAL_DOMAIN}: the SIP addresses shown to people lead nowhere.",
            "Set SIP_DOMAIN to the host that carriers reach LiveKit's SIP service at.",
            Severity.WARNING,
        )
    if _is_local(urlsplit(settings.API_PUBLIC_URL).hostname or ""):
        return
    embedded = {"DATABASE_URL": settings.EMBEDDED_DATABASE, "CELERY_BROKER_URL": settings.EMBEDDED_BROKER}
    if unset := [name for name, is_embedded in embedded.items() if is_embedded]:
        yield Finding(
            "settings.embedded",
            f"{' and '.join(unset)} not set: Voxa keeps everything in files, which serve one machine and few calls.",
            "Use PostgreSQL and Redis in production.",
            Severity.WARNING,
        )


def _halves(pair: Iterable[str]) -> Iterator[Finding]:
    names = list(pair)
    missing = [name for name in names if not getattr(settings, name)]
    if missing and len(missing) < len(names):
        yield Finding(
            "settings.half",
            f"{' and '.join(missing)} missing: of no use without {' and '.join(set(names) - set(missing))}.",
            f"Set {' and '.join(names)} together, or none of them.",
            Severity.WARNING,
        )


def _is_local(host: str) -> bool:
    address = parse_ip(host)
    return host == "localhost" or host.endswith(".localhost") or bool(address and address.is_loopback)
