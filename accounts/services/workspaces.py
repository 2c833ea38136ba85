"""Create and close workspaces."""

from itertools import count

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import Workspace


@transaction.atomic
def create_workspace(
    name: str, *, country: str = "US", time_zone: str = "UTC", slug: str | None = None, reason: str | None = None
) -> Workspace:
    """Create a workspace; a missing slug is made from the name, with a number if taken.

    `reason` is kept in the history. Raise `ValidationError` with the errors of all fields.
    """
    workspace = Workspace(name=name, country=country, time_zone=time_zone, slug=slug or _free_slug(name))
    workspace.full_clean()
    workspace._change_reason = reason  # type: ignore[attr-defined]  # read by django-simple-history
    workspace.save(force_insert=True)
    return workspace


def _free_slug(name: str) -> str:
    """Return the first unused of acme, acme-2, acme-3, ..."""
    stem = slugify(name).replace("_", "-").strip("-")[:36].strip("-") or "workspace"
    taken = set(Workspace.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for n in count(1) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken)


def close_workspace(workspace: Workspace) -> None:
    """Start deleting a workspace: it is unusable from now on; its rows are deleted once LiveKit has no objects of it.

    Closing twice changes nothing.
    """
    if workspace.closed_at is None:
        workspace.closed_at = timezone.now()
        workspace.save(update_fields=["closed_at"])
