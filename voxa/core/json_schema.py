"""Customers' JSON schemas: validated without network access, with patterns in linear time."""

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

_LINEAR = jsonschema_rs.RegexOptions()  # no look-around, and no pattern with exponential time


class WrongSchema(ValueError):
    """The JSON schema is invalid or unsupported. The message has the reason."""


def compiled(schema: Mapping[str, Any]) -> jsonschema_rs.Validator:
    """Return the validator of a schema. Raise `WrongSchema`, also for references to other documents."""
    try:
        jsonschema_rs.meta.validate(dict(schema))
        return jsonschema_rs.validator_for(dict(schema), pattern_options=_LINEAR, offline=True)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise WrongSchema(_words(error)) from None


def misfits(schema: Mapping[str, Any], value: Any) -> list[str]:
    """Return the violations of a schema, such as `city: 7 is not of type "string"`; none for a valid value."""
    validator = compiled(schema)
    try:
        return [_words(error) for error in validator.iter_errors(value)]
    except (ValueError, RecursionError):  # a violation in a value of more than 255 levels
        return ["The JSON is nested too deeply."]


def _words(error: Exception) -> str:
    if not isinstance(error, jsonschema_rs.ValidationError):
        return str(error).splitlines()[0][:300]
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
    message = error.message[:300]
    return f"{path.removeprefix('.')}: {message}" if path else message
