"""Summarize what a deletion cascades to without loading all rows."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.http import HttpRequest


class BoundedDeletion:
    """Counts the dependent rows, where Django would load and list every one of them.

    `deletes_with` lists dependents to show: relation and label.
    """

    deletes_with: ClassVar[list[tuple[str, str]]] = []

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Return names, counts and the kinds the user may not delete, like Django's method."""
        rows = list(objs)
        denied = {str(row) for row in rows if not self.has_delete_permission(request, row)}  # type: ignore[attr-defined]
        model = self.model  # type: ignore[attr-defined]
        counts = {str(model._meta.verbose_name_plural): len(rows)}
        for relation, words in self.deletes_with:
            related = model._meta.get_field(relation)
            found = related.related_model._default_manager.filter(**{f"{related.field.name}__in": rows})
            counts[words] = found[:10_001].count()
        return [str(row) for row in rows], counts, denied, []
