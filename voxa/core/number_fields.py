"""Columns that hold telephone numbers: whatever writes or asks, the canonical form is stored and compared."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models

from voxa.core.number_text import LONGEST_TEXT
from voxa.core.phone_numbers import NumberError, canonical, or_none

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


def to_canonical(text: str, country: str | None = None, *, plus_may_be_lost: bool = False) -> str:
    """Return the canonical form. Raises Django's ValidationError with the reason and its code."""
    try:
        return canonical(text, country, plus_may_be_lost=plus_may_be_lost)
    except NumberError as error:
        raise ValidationError(error.message, code=error.code) from None


def settled(value: Any) -> Any:
    """Return the canonical form of a text that is a number with its country code, anything else as it is."""
    if not isinstance(value, str) or not value.startswith("+"):
        return value
    return or_none(value) or value


class NumberField(_CharField):
    """A number in E.164. Another spelling with a country code becomes it on the way to the database and in questions.

    `clean` also reads national forms, in the country that the row names as `number_country`, and refuses what is no
    number. What never was one, such as the hash of an erased number, is stored as it is.
    """

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        if value:
            country = None if str(value).startswith("+") else getattr(model_instance, "number_country", None)
            value = to_canonical(str(value), country)
        return super().clean(value, model_instance)

    def get_prep_value(self, value: Any) -> Any:
        return settled(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = settled(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"max_length": LONGEST_TEXT, **kwargs})
