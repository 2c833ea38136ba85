"""Check the gateways of a trunk on request, in the background, and keep the result in its health."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from telephony.health import LIMIT, Health, Step, ask_gateway
from telephony.models import Gateway, TelephonySettings, Trunk, TrunkHealth
from telephony.models.livekit_project import LiveKitProject
from voxa.core.doctor.side_by_side import side_by_side
from voxa.core.tasks import publish_on_commit

ALL_WITHIN = 12.0  # seconds for all gateways of a trunk
_LATE = Health(failed=Step.CONNECT, error=f"No response within {LIMIT:g} s.")


def simulated(project: LiveKitProject) -> bool:
    """Return whether the sandbox stands in for the carriers of a project: no gateway is contacted."""
    return bool(settings.LIVEKIT_IS_SANDBOX and project.is_default)


@transaction.atomic
def request_check(trunks: Iterable[Trunk]) -> None:
    """Request a check of the trunks' gateways; one under way is not requested again."""
    for trunk in trunks:
        row, _ = TrunkHealth.objects.get_or_create(trunk=trunk)
        if not row.is_checking:
            TrunkHealth.objects.filter(pk=row.pk).update(requested_at=timezone.now())
            publish_on_commit("telephony.tasks.check_gateways", str(trunk.pk))


def check(trunk_id: UUID) -> None:
    """Check the gateways of a trunk, in parallel, and store what they answered unless the trunk changed meanwhile."""
    trunk = Trunk.objects.filter(pk=trunk_id).only("workspace_id").first()
    if trunk is None:
        return
    row, _ = TrunkHealth.objects.get_or_create(trunk=trunk)
    found: list[tuple[Gateway, Health]] = []
    if not simulated(TelephonySettings.of(trunk.workspace_id).project):
        gateways = list(trunk.gateways.all())
        jobs = [partial(ask_gateway, one.ip_or_domain, one.port, one.protocol, one.outbound) for one in gateways]
        answers = dict(side_by_side(jobs, ALL_WITHIN))
        found = [(gateway, answers.get(place, _LATE)) for place, gateway in enumerate(gateways)]
    now = timezone.now()
    values = {
        "checked_at": now,
        "unresolved": any(health.failed is Step.DNS for _, health in found),
        "check_error": "\n".join(_line(gateway, health) for gateway, health in found if not health.is_well),
    }
    if any(gateway.outbound and health.is_well for gateway, health in found):
        values["gateway_ok_at"] = now
    TrunkHealth.objects.filter(pk=trunk_id, since=row.since).update(**values)


def forget(trunk_id: UUID) -> None:
    """Drop what is known of the carrier: the trunk now goes elsewhere, or with other credentials."""
    fresh = {field.name: field.get_default() for field in TrunkHealth._meta.concrete_fields if not field.primary_key}
    TrunkHealth.objects.filter(pk=trunk_id).update(**fresh | {"since": timezone.now()})


def _line(gateway: Gateway, health: Health) -> str:
    where = f"{gateway.address} ({gateway.protocol.upper()})"
    if health.failed is None:
        return f"{where} is out of service: {health.status} {health.phrase}".rstrip()
    return f"{where} failed the {health.failed} check: {health.error}"
