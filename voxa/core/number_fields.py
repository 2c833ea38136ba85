"""Model fields for phone numbers that store and compare the canonical form."""

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
    """Return the canonical form. Raise Django's `ValidationError` with the reason and its code."""
    try:
        return canonical(text, country, plus_may_be_lost=plus_may_be_lost)
    except NumberError as error:
        raise ValidationError(error.message, code=error.code) from None


def settled(value: Any) -> Any:
    """Return the canonical form of a number with a country code, and anything else unchanged."""
    if not isinstance(value, str) or not value.startswith("+"):
        return value
    return or_none(value) or value


class NumberField(_CharField):
    """A number in E.164. Other formats with a country code are converted on save and in queries.

    `clean` also parses national formats by the row's `number_country` and rejects anything but a
    number. Other text, such as the hash of an erased number, is stored unchanged.
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
