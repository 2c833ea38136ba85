"""The history page of a row and its related rows."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.admin.utils import unquote
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.history import Noted

SHOWN = 100
_VERBS = {"+": (_("Added"), "success"), "~": (_("Changed"), "info"), "-": (_("Deleted"), "danger")}


@dataclass(frozen=True)
class Entry:
    """A recorded change: object, user, and each field before and after."""

    at: datetime
    who: str
    verb: str
    color: str
    what: str
    note: str = ""
    changes: list[dict[str, Any]] = field(default_factory=list)


class HistoryMixin:
    """Shows history read-only. Secrets are excluded when history is recorded.

    `history_also` lists related rows to include: relation and label.
    """

    history_also: ClassVar[list[tuple[str, str]]] = []

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the newest changes of a row and its related rows."""
        row = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if row is None or not self.has_view_permission(request, row):  # type: ignore[attr-defined]
            raise Http404
        opts = row._meta
        entries: list[Entry] = []
        if hasattr(row, "history"):
            entries += _entries(type(row).history.filter(**{opts.pk.attname: row.pk}), str(opts.verbose_name))
        for relation, words in self.history_also:
            related = opts.get_field(relation)
            under = related.related_model.history.filter(**{related.field.attname: row.pk})
            entries += _entries(under, words)
        site = self.admin_site  # type: ignore[attr-defined]
        context = {
            **site.each_context(request),
            "title": gettext("History of %(row)s") % {"row": row},
            "entries": sorted(entries, key=lambda entry: entry.at, reverse=True)[:SHOWN],
            "shown": SHOWN,
            "opts": opts,
            "object": row,
            **(extra_context or {}),
        }
        request.current_app = site.name
        return TemplateResponse(request, "admin/history.html", context)


def _entries(records: Any, words: str) -> list[Entry]:
    """Return the newest records, each compared with the one before it."""
    rows = list(records.select_related("history_user")._select_related_history_tracked_objs()[: SHOWN + 1])
    pk = records.model.instance_type._meta.pk.attname
    older: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        older[getattr(row, pk)].append(row)
    entries = []
    for versions in older.values():
        for newer, before in zip(versions, [*versions[1:], None], strict=True):
            entries.append(_entry(newer, before, words))
    return entries


def _entry(record: Any, before: Any, words: str) -> Entry:
    verb, color = _VERBS[record.history_type]
    changes: list[dict[str, Any]] = []
    if before is not None and record.history_type == "~":
        delta = record.diff_against(before, foreign_keys_are_objs=True)
        for change in delta.changes:
            name = record.instance_type._meta.get_field(change.field).verbose_name
            changes.append({"field": name, "old": _words(change.old), "new": _words(change.new)})
    try:
        name_then = str(_row(record))
    except ObjectDoesNotExist:  # the row that its name comes from is gone too
        name_then = gettext("(deleted)")
    return Entry(
        at=record.history_date,
        who=str(record.history_user or gettext("A program")),
        verb=str(verb),
        color=color,
        what=f"{words} {name_then}",
        note=record.note if isinstance(record, Noted) else "",
        changes=changes,
    )


def _row(record: Any) -> Any:
    """Return the row as it was. The library's `instance` would load excluded fields such as secrets."""
    fields = {field.name: field for field in record.tracked_fields}
    row = record.instance_type(**{field.attname: getattr(record, field.attname) for field in fields.values()})
    for name, column in fields.items():
        if column.is_relation and record._meta.get_field(name).is_cached(record):
            column.set_cached_value(row, record._meta.get_field(name).get_cached_value(record))
    return row


def _words(value: Any) -> str:
    if value is None or value == "" or value == []:
        return gettext("nothing")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
