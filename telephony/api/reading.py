"""Read a JSON body: collect errors rather than raise at the first one.

So services can check the rest, and one response lists every wrong field of the body.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.exceptions import ValidationError as RestValidationError

from telephony.services.errors import Problems

Reader = serializers.Serializer[Any]


def read(reader: Reader, data: Any, problems: Problems, *, partial: bool = False, at: str = "") -> dict[str, Any]:
    """Return the valid values of an object by model field name.

    `partial` allows missing required fields; `at` is the path of the object, such as `gateways[0].`.
    Raise `ValidationError` if the body is not an object.
    """
    if not isinstance(data, Mapping):
        wrong = ValidationError("Send a JSON object.", code="invalid")
        if not at:
            raise wrong
        problems.add(at.removesuffix("."), wrong)
        return {}
    for name in data:
        if name not in reader.fields:
            problems.add(f"{at}{name}", "Unknown field. Check the spelling.", "unknown_field")
    values = {}
    for name, field in reader.fields.items():
        if field.read_only:
            continue
        path = f"{at}{field.source}"
        if name in data:
            try:
                values[str(field.source)] = _value(field, data[name], problems, path)
            except RestValidationError as error:
                _note(problems, path, error.detail)
        elif field.required and not partial:
            problems.add(path, "This field is required.", "required")
    return values


@contextmanager
def json_names(reader: Reader) -> Iterator[None]:
    """Rename the fields of a `ValidationError` to JSON names that are not plain camelCase (`agentId`)."""
    try:
        yield
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        names = {str(field.source): name for name, field in reader.fields.items()}
        raise ValidationError({_named(path, names): errors for path, errors in error.error_dict.items()}) from None


def _named(path: str, names: Mapping[str, str]) -> str:
    head, bracket, rest = path.partition("[")
    return f"{names.get(head, head)}{bracket}{rest}"


def _note(problems: Problems, path: str, detail: Any) -> None:
    """Add the errors of a field; those of a list get the paths of its items."""
    if isinstance(detail, Mapping):
        for place, found in detail.items():
            _note(problems, f"{path}[{place}]", found)
    else:
        errors = cast(list[ErrorDetail], detail)
        problems.add(path, ValidationError([ValidationError(str(one), one.code) for one in errors]))


def _value(field: Any, given: Any, problems: Problems, path: str) -> Any:
    if given is not None and isinstance(field, serializers.Serializer):
        return read(field, given, problems, at=f"{path}.")
    if isinstance(field, serializers.CharField) and isinstance(given, int | float):
        raise RestValidationError("Send a string, in quotes.", "invalid")  # 1.10 would become "1.1"
    if isinstance(field, serializers.DictField) and given is not None and not isinstance(given, Mapping):
        raise RestValidationError("Send a JSON object.", "not_a_dict")
    if isinstance(field, serializers.ListField) and given is not None and not isinstance(given, list):
        raise RestValidationError("Send a list.", "not_a_list")
    if given is None or not isinstance(field, serializers.ListSerializer):
        return field.run_validation(given)
    if not isinstance(given, list):
        raise RestValidationError("Send a list.", "not_a_list")
    most, reader = getattr(field, "max_length", None), cast(Reader, field.child)
    if most is not None and len(given) > most:
        raise RestValidationError(f"Send at most {most}.", "max_length")
    return [read(reader, item, problems, at=f"{path}[{place}].") for place, item in enumerate(given)]
