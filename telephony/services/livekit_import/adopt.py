"""Read a LiveKit project, and create the planned rows."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Workspace
from telephony.choices import ObjectKind
from telephony.livekit import client_for, trunks
from telephony.models import LiveKitObject, LiveKitProject, PhoneNumber, TelephonySettings, Trunk
from telephony.services.errors import Conflict
from telephony.services.livekit_import.plan import Adoption, Found, ImportPlan, plan_import
from telephony.services.trunks import create_with_gateways


def plan_for(workspace: Workspace) -> ImportPlan:
    """List the workspace's LiveKit project and plan its import. Raise `LiveKitError`."""
    project = TelephonySettings.of(workspace.pk).project
    client = client_for(LiveKitProject.default() if project.is_default else project)
    inbound, outbound = client.run(trunks.list_inbound()), client.run(trunks.list_outbound())
    found = Found(inbound, outbound, client.run(trunks.list_rules()))
    return plan_import(found, ours=_known_ids(project), taken=_held_numbers(project), country=workspace.country)


def adopt(workspace: Workspace, adoption: Adoption) -> Trunk:
    """Create the rows of one trunk and record its LiveKit objects; the next sync writes the ownership tags.

    Raise `Conflict` if it was adopted or one of its numbers taken in the meantime, `ValidationError` as any trunk.
    """
    settings = TelephonySettings.of(workspace.pk)
    data = {
        "name": adoption.name,
        "auth_username": adoption.username,
        "auth_password": adoption.password or None,
        "from_host": adoption.from_host,
        "media_encryption": adoption.media_encryption,
        "headers": dict(adoption.headers),
        **{name: list(value) if isinstance(value, tuple) else value for name, value in adoption.both_ways.items()},
        "gateways": adoption.gateways,
        "numbers": adoption.numbers,
    }
    with transaction.atomic():
        # Allow one import per project at a time: two would adopt the same objects.
        project = LiveKitProject.objects.select_for_update().get(pk=settings.project_id)
        if not _known_ids(project).isdisjoint(adoption.livekit_ids):
            raise Conflict("adopted_meanwhile", "Another import adopted it in the meantime.")
        trunk, gateways = create_with_gateways(workspace, data)
        owned = [(ObjectKind.INBOUND, trunk.pk, adoption.inbound_id), (ObjectKind.RULE, trunk.pk, adoption.rule_id)]
        pairs = zip(gateways, adoption.outbound_ids, strict=True)
        owned += [(ObjectKind.OUTBOUND, gateway.pk, found or "") for gateway, found in pairs]
        LiveKitObject.objects.bulk_create(
            LiveKitObject(
                project=project, workspace=workspace, trunk=trunk, kind=kind, source_id=source_id, livekit_id=livekit_id
            )
            for kind, source_id, livekit_id in owned
            if livekit_id
        )
    return trunk


def reason_of(error: Conflict | ValidationError) -> str:
    """Return the reason why a trunk was not adopted."""
    return error.message if isinstance(error, Conflict) else " ".join(error.messages)


def _known_ids(project: LiveKitProject) -> set[str]:
    rows = LiveKitObject.objects.filter(project=project).exclude(livekit_id="")
    return set(rows.values_list("livekit_id", flat=True))


def _held_numbers(project: LiveKitProject) -> set[str]:
    return set(PhoneNumber.objects.filter(project=project).values_list("number", flat=True))
