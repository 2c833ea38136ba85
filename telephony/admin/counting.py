"""Rows of the user's workspaces, and bounded counts of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import IntegerField, QuerySet, Subquery
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.admin.access import Access
from accounts.choices import Role
from accounts.models import User

COUNTED = 1_000


def own(rows: QuerySet[Any], access: Access, path: str = "workspace") -> QuerySet[Any]:
    """Limit the rows to the user's workspaces."""
    return rows if access.superuser else rows.filter(**{f"{path}__in": access.workspaces(Role.VIEWER)})


def bounded(rows: QuerySet[Any]) -> int:
    """Count up to `COUNTED` rows."""
    return rows.order_by()[:COUNTED].count()


class _Count(Subquery):
    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field: ClassVar[Any] = IntegerField()


def bounded_each(rows: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """Count up to `COUNTED` of each kind of rows, in one query."""
    counts = {name: _Count(some.order_by().values("pk")[:COUNTED]) for name, some in rows.items()}
    found: Any = User.objects.order_by().values(**counts)[:1][0]
    return {name: count or 0 for name, count in found.items()}


def words(count: int) -> str:
    """Format a bounded count."""
    return grouped(count) if count < COUNTED else _("%(count)s or more") % {"count": grouped(COUNTED)}


def grouped(number: float | Decimal, decimals: int = 0) -> str:
    """Format a number as the page's language does, such as 1,234.50."""
    return number_format(Decimal(f"{number:.{decimals}f}"), decimals, force_grouping=True)
