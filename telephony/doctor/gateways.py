"""Checks of gateways, made in parallel."""

from collections.abc import Iterator
from functools import partial

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from telephony.health import Health, Step, ask_gateway
from telephony.models import Gateway
from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Scope
from voxa.core.doctor.side_by_side import side_by_side

LIMIT = 12.0  # seconds for all of them
MOST = 100  # different gateways that are checked
LATE = Health(failed=Step.CONNECT, error=f"No response within {LIMIT:g} s.")

Target = tuple[str, int, str, bool]  # host, port, protocol, whether calls go out there


def look(scope: Scope) -> Iterator[Finding]:
    """Check each distinct gateway once, however many trunks use it."""
    if not scope.network:
        return
    gateways = scope.own(Gateway.objects.exclude(_in_the_sandbox()), "trunk__workspace")
    gateways = gateways.select_related("trunk__workspace")
    by_target: dict[Target, Gateway] = {}
    for gateway in gateways.defer("trunk__auth_password").order_by("-outbound", "-created_at"):
        target = (gateway.ip_or_domain, gateway.port, gateway.protocol, gateway.outbound)
        by_target.setdefault(target, gateway)
    targets = list(by_target)
    answers = dict(side_by_side([partial(ask_gateway, *target) for target in targets[:MOST]], LIMIT))
    for place, target in enumerate(targets[:MOST]):
        health = answers.get(place, LATE)
        if not health.is_well:
            yield _told(by_target[target], health)
    if len(targets) > MOST:
        yield Finding(
            "gateways.unasked",
            f"{len(targets) - MOST:,} of {len(targets):,} gateways were not checked: there are too many.",
            "Check one workspace at a time with --workspace SLUG.",
            Severity.WARNING,
        )


def _in_the_sandbox() -> Q:
    """Return the gateways that the sandbox replaces."""
    if not settings.LIVEKIT_IS_SANDBOX:
        return Q(pk__in=[])
    config = "trunk__workspace__telephony_settings"
    return Q(**{f"{config}__project__is_default": True}) | Q(**{config: None})


def _told(gateway: Gateway, health: Health) -> Finding:
    where = f"{gateway.address} ({gateway.protocol.upper()})"
    page = reverse("admin:telephony_trunk_change", args=[gateway.trunk_id])
    slug = gateway.trunk.workspace.slug
    title = f"Gateway {where} of trunk {gateway.trunk.name}"
    if health.failed is Step.DNS:
        return Finding(
            "gateways.dns",
            f"{title} does not resolve to an address: {health.error}",
            "Correct the host name or its DNS. Outbound calls fail; inbound calls use the last known addresses.",
            page=page,
            workspace=slug,
        )
    if health.failed is None:
        what = f"{title} reports that it is out of service: {health.status} {health.phrase}".rstrip() + "."
        return Finding("gateways.out_of_service", what, "Contact the carrier.", Severity.WARNING, page, slug)
    code, remedy = _REMEDIES[health.failed]
    what = f"{title} failed the {health.failed} check: {health.error}"
    return Finding(code, what, remedy, Severity.WARNING, page, slug)


_ELSEWHERE = "Carriers often respond only to LiveKit's SIP service: repeat the check from its host first."
_REMEDIES = {
    Step.CONNECT: ("gateways.connect", f"Check host, port and transport with the carrier. {_ELSEWHERE}"),
    Step.TLS: ("gateways.tls", "Check that the port uses TLS, and report the certificate error to the carrier."),
    Step.SIP: (
        "gateways.options",
        f"The gateway may not respond to OPTIONS. If calls fail too, check the port. {_ELSEWHERE}",
    ),
}
