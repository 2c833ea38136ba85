"""Who changed what: how a model's history is recorded."""

from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState
from django.db.models.sql import InsertQuery
from django.utils import timezone
from simple_history.manager import HistoricalQuerySet, HistoryManager
from simple_history.models import HistoricalRecords
from simple_history.signals import post_create_historical_record, pre_create_historical_record


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


class _Records(HistoricalRecords):  # type: ignore[misc]  # the library has no types
    """Inserts history rows with the library's signals, without those and the checks of a model that is saved."""

    def create_historical_record(self, instance: Any, history_type: str, using: Any = None) -> None:
        model, fields, tracked, defaults = _shape(instance._meta.model)
        user, row = self.get_history_user(instance), object.__new__(model)
        told = {
            "history_date": getattr(instance, "_history_date", None) or timezone.now(),
            "history_change_reason": self.get_change_reason_for_object(instance, history_type, using),
        }
        vars(row).update(defaults, **told, **{name: getattr(instance, name) for name in tracked})
        vars(row).update(history_type=history_type, history_user_id=user and user.pk, _state=ModelState())
        told |= {"sender": model, "instance": instance, "history_instance": row, "history_user": user, "using": None}
        pre_create_historical_record.send(**told)
        query: Any = InsertQuery(model)
        query.insert_values(fields, [row])
        query.get_compiler(using=DEFAULT_DB_ALIAS).execute_sql()
        row._state.adding = False
        post_create_historical_record.send(**told)


@cache
def _shape(model: Any) -> tuple[Any, list[Any], list[str], dict[str, Any]]:
    """Return a model's history model, the fields of its INSERT, the fields of the row, and defaults of the others."""
    history = model.history.model
    tracked = [field.attname for field in history.tracked_fields]
    fields = [field for field in history._meta.concrete_fields if field is not history._meta.auto_field]
    defaults = {field.attname: field.get_default() for field in history._meta.concrete_fields}
    return history, fields, tracked, defaults


def recorded(*, without: list[str] | None = None, base: type[models.Model] = Record) -> HistoricalRecords:
    """Return the history of a model, `without` those of its fields: secrets, and what changes by itself."""
    return _Records(excluded_fields=without, history_manager=_Manager, bases=[base])
