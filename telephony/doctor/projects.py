"""The LiveKit projects that are checked."""

from django.core.exceptions import ValidationError
from django.db.models import Q

from telephony.models import LiveKitProject
from telephony.selectors import projects_of
from voxa.core.doctor.registry import Scope


def title(project: LiveKitProject) -> str:
    """Return the name of a project for use in a sentence."""
    return f"LiveKit project {project}"


def projects(scope: Scope) -> list[LiveKitProject]:
    """Return the projects used by the workspace or by any; the default one only if LIVEKIT_URL is valid."""
    found = LiveKitProject.objects.all()
    if scope.workspace is not None:
        found = projects_of([scope.workspace.pk])
    else:
        used = Q(workspaces__isnull=False) | Q(objects_owned__isnull=False) | Q(is_default=True)
        found = found.filter(used).distinct()
    try:
        LiveKitProject.default()  # applies a changed LIVEKIT_URL
    except ValidationError:
        found = found.filter(is_default=False)  # its problem is reported with the settings
    return list(found)
