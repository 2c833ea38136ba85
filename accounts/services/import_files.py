"""Files between their preview and their import: kept for an hour, for the person who uploaded them."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import ImportFile, User, Workspace

KEPT = timedelta(hours=1)


def keep_file(
    workspace: Workspace, person: User, kind: str, content: bytes, choices: Mapping[str, str | None]
) -> ImportFile:
    """Keep a file until it is imported; it replaces the person's previous one of this kind."""
    ImportFile.objects.filter(person=person, kind=kind).delete()
    return ImportFile.objects.create(
        workspace=workspace,
        person=person,
        kind=kind,
        content=content,
        choices=dict(choices),
        expires_at=timezone.now() + KEPT,
    )


def kept_file(person: User, kind: str, file_id: UUID) -> ImportFile | None:
    """Return a person's own file, None if there is none or it has expired."""
    files = ImportFile.objects.select_related("workspace").filter(person=person, kind=kind, pk=file_id)
    return files.filter(expires_at__gt=timezone.now()).first()


def claim_file(file: ImportFile) -> bool:
    """Mark a file as imported; return False if another request was faster."""
    now = timezone.now()
    return bool(ImportFile.objects.filter(pk=file.pk, imported_at=None).update(imported_at=now))


def purge_files() -> int:
    """Delete expired files; return how many."""
    return ImportFile.objects.filter(expires_at__lte=timezone.now()).delete()[0]
