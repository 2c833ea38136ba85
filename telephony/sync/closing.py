"""Deleting a workspace: its rows go at once, the workspace itself when LiveKit holds nothing of it any more."""

from django.db import transaction
from django.db.models import ProtectedError

from accounts.models import Workspace
from telephony.models import LiveKitObject, SipEndpoint, Trunk


def close_workspaces() -> int:
    """Go on with every deletion that was begun (`closed_at` is set); give how many workspaces are gone.

    Objects of a project without settings keep nobody waiting, for nobody could remove them: should the project be
    configured again, reconcile finds their marks.
    """
    gone = 0
    for workspace in Workspace.objects.filter(closed_at__isnull=False):
        with transaction.atomic():
            _empty(workspace)
        if not LiveKitObject.objects.filter(workspace=workspace).exists():
            gone += _delete(workspace)
    return gone


def _empty(workspace: Workspace) -> None:
    for trunk in Trunk.objects.filter(workspace=workspace):
        trunk.delete()
    for endpoint in SipEndpoint.objects.filter(workspace=workspace):
        endpoint.delete()


def _delete(workspace: Workspace) -> int:
    try:
        workspace.delete()
    except ProtectedError:  # an object was recorded meanwhile: the next sweep sees to it
        return 0
    return 1
