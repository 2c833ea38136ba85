"""Columns that hold telephone numbers: whatever writes or asks, the canonical form is stored and compared."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from voxa.core.phone_numbers import NumberError, canonical, or_none


def to_canonical(text: str, country: str | None = None, *, plus_may_be_lost: bool = False) -> str:
    """Return the canonical form. Raises Django's ValidationError with the reason and its code."""
    try:
        return canonical(text, country, plus_may_be_lost=plus_may_be_lost)
    except NumberError as error:
        raise ValidationError(error.message, code=error.code) from None


def validate_number(value: str) -> None:
    """Accept a number with its country code, in any spelling."""
    to_canonical(value)


class NumberField(models.CharField[str, str]):
    """A number in E.164. Another spelling with a country code becomes it on the way to the database and in questions.

    What is no number, such as the hash of an erased one, passes unchanged: validators decide what may be saved.
    """

    def get_prep_value(self, value: Any) -> Any:
        return settled(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = settled(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


def settled(value: Any) -> Any:
    """Return the canonical form of a text that is a number with its country code, anything else as it is."""
    if not isinstance(value, str) or not value.startswith("+"):
        return value
    return or_none(value) or value
