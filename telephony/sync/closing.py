"""Delete a workspace: its rows at once, the workspace itself once LiveKit has no objects of it."""

from django.db import transaction
from django.db.models import ProtectedError

from accounts.models import Workspace
from telephony.models import SipEndpoint, Trunk


def empty_closing_workspaces() -> None:
    """Delete the trunks and endpoints of every closed workspace (`closed_at` is set)."""
    for workspace in Workspace.objects.filter(closed_at__isnull=False):
        with transaction.atomic():
            _empty(workspace)


def delete_emptied_workspaces() -> int:
    """Delete the workspaces without LiveKit objects; return how many.

    Objects of a project without settings keep nobody waiting, for nobody could remove them: should the project be
    configured again, reconcile finds their tags.
    """
    closing = Workspace.objects.filter(closed_at__isnull=False, trunks=None, sip_endpoints=None, livekit_objects=None)
    return sum(_delete(workspace) for workspace in closing)


def _empty(workspace: Workspace) -> None:
    for trunk in Trunk.objects.filter(workspace=workspace):
        trunk.delete()
    for endpoint in SipEndpoint.objects.filter(workspace=workspace):
        endpoint.delete()


def _delete(workspace: Workspace) -> int:
    try:
        workspace.delete()
    except ProtectedError:  # an object was recorded meanwhile: the next sweep handles it
        return 0
    return 1
