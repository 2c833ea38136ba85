"""The LiveKit projects that are looked at."""

from django.core.exceptions import ValidationError
from django.db.models import Q

from telephony.models import LiveKitProject
from telephony.selectors import projects_of
from voxa.doctor.registry import Scope


def title(project: LiveKitProject) -> str:
    """Name a project in a sentence."""
    return f"LiveKit project {project}"


def projects(scope: Scope) -> list[LiveKitProject]:
    """Return the projects in use, by the workspace or by any; the default one only with a LIVEKIT_URL that is one."""
    found = LiveKitProject.objects.all()
    if scope.workspace is not None:
        found = projects_of([scope.workspace.pk])
    else:
        used = Q(workspaces__isnull=False) | Q(objects_owned__isnull=False) | Q(is_default=True)
        found = found.filter(used).distinct()
    try:
        LiveKitProject.default()  # takes over a changed LIVEKIT_URL
    except ValidationError:
        found = found.filter(is_default=False)  # what is wrong with it is told with the settings
    return list(found)
