"""Model fields of such values. Validation replaces the input with the stored form."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from voxa.core.business_hours import BadHours, canonical_holidays, canonical_hours
from voxa.core.values.countries import BadCountry, canonical_country
from voxa.core.values.languages import BadLanguage, canonical_language
from voxa.core.values.time_zones import BadTimeZone, canonical_time_zone

WEEKDAYS = "Enter weekdays as numbers: 0 is Monday, 6 is Sunday."


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


class CountryField(models.CharField):  # type: ignore[type-arg]  # no parameters when running
    """The ISO 3166 code of a country."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        return super().clean(_country(str(value)) if value else value, model_instance)


class CountriesField(models.JSONField):
    """A list of ISO 3166 codes, each once."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise ValidationError("Send a list of two-letter country codes, such as US.", code="countries")
        return super().clean(list(dict.fromkeys(map(_country, value))), model_instance)


class WeekdaysField(models.JSONField):
    """A list of days of the week, each once."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        if not isinstance(value, list) or any(type(day) is not int or day not in range(7) for day in value):
            raise ValidationError(WEEKDAYS, code="days")
        return super().clean(list(dict.fromkeys(value)), model_instance)


class BusinessHoursField(models.JSONField):
    """Weekly hours: a list of `Span`."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        try:
            return super().clean(canonical_hours(value), model_instance)
        except BadHours as error:
            raise ValidationError(str(error), code="hours") from None


class HolidaysField(models.JSONField):
    """A list of dates, each once."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        try:
            return super().clean(canonical_holidays(value), model_instance)
        except BadHours as error:
            raise ValidationError(str(error), code="holidays") from None


def _country(text: str) -> str:
    try:
        return canonical_country(text)
    except BadCountry as error:
        raise ValidationError(str(error), code="country") from None
