"""Columns that hold such values: checking a row puts the stored form in the place of what was entered."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from voxa.core.values.languages import BadLanguage, canonical_language
from voxa.core.values.time_zones import BadTimeZone, canonical_time_zone


class LanguageField(models.CharField):  # type: ignore[type-arg]  # no parameters when running
    """A BCP 47 language tag."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        try:
            return canonical_language(super().clean(value, model_instance))
        except BadLanguage as error:
            raise ValidationError(str(error), code="language") from None


class TimeZoneField(models.CharField):  # type: ignore[type-arg]  # no parameters when running
    """The IANA name of a time zone."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        try:
            return canonical_time_zone(super().clean(value, model_instance))
        except BadTimeZone as error:
            raise ValidationError(str(error), code="time_zone") from None
