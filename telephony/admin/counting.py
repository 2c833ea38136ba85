"""Rows of the user's workspaces, and bounded counts of them."""

from typing import Any

from django.db.models import QuerySet

from accounts.admin.access import Access
from accounts.choices import Role

COUNTED = 1_000


def own(rows: QuerySet[Any], access: Access, path: str = "workspace") -> QuerySet[Any]:
    """Limit the rows to the user's workspaces."""
    return rows if access.superuser else rows.filter(**{f"{path}__in": access.workspaces(Role.VIEWER)})


def bounded(rows: QuerySet[Any]) -> int:
    """Count up to `COUNTED` rows."""
    return rows.order_by()[:COUNTED].count()


def words(count: int) -> str:
    """Format a bounded count."""
    return f"{count:,}" if count < COUNTED else f"{COUNTED:,} or more"
