"""Who changed what: how a model's history is recorded."""

from functools import cache
from typing import Any

from django.db import models
from simple_history.manager import HistoricalQuerySet, HistoryManager
from simple_history.models import HistoricalRecords


class _Manager(HistoryManager):  # type: ignore[misc]
    """The library makes a class of each manager whenever a model's `history` is named, 0.4 ms a time; this one once."""

    @classmethod
    @cache
    def from_queryset(cls, queryset_class: type[HistoricalQuerySet], class_name: str | None = None) -> Any:
        return super().from_queryset(queryset_class, class_name)


class Record(models.Model):
    """A history row. Nobody reads it in the transaction of the change: on PostgreSQL it is sent with what follows."""

    is_held = True

    class Meta:
        abstract = True


class Noted(Record):
    """History rows with a note: the text in the row's `revision_note` when it was saved."""

    LONGEST_NOTE = 300
    note = models.CharField(max_length=LONGEST_NOTE, blank=True, default="")

    class Meta:
        abstract = True


def recorded(*, without: list[str] | None = None, base: type[models.Model] = Record) -> HistoricalRecords:
    """Return the history of a model, `without` those of its fields: secrets, and what changes by itself."""
    return HistoricalRecords(excluded_fields=without, history_manager=_Manager, bases=[base])
