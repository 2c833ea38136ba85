"""Deleting a workspace: its rows go at once, the workspace itself when LiveKit holds nothing of it any more."""

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.models import Workspace
from telephony.models import LiveKitObject, SipEndpoint, Trunk


def close_workspace(workspace: Workspace) -> None:
    """Begin the deletion: nothing works in the workspace from now on, its trunks are torn down.

    The sweep deletes the workspace when the last of its objects is gone. Objects of a project without settings keep
    nobody waiting, for nobody could remove them: should the project be configured again, reconcile finds their marks.
    """
    with transaction.atomic():
        Workspace.objects.filter(pk=workspace.pk, closed_at=None).update(closed_at=timezone.now())
        _empty(workspace)
    workspace.refresh_from_db(fields=["closed_at"])


def close_workspaces() -> int:
    """Go on with every deletion that was begun; give how many workspaces are gone."""
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
