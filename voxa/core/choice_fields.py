"""A model field of choices whose words stay out of migrations: a change of wording changes no table."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


class ChoiceField(_CharField):
    """A `CharField` with choices. In migrations it is a plain one; a check constraint limits the values."""

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        return name, "django.db.models.CharField", args, kwargs
