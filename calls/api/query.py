"""Read query parameters like a body: collect all errors and report them in one response."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.request import Request

from accounts.models import ApiKey
from telephony.api.reading import json_names, read
from telephony.services.errors import Problems
from voxa.core.api.filters import number_asked


@contextmanager
def asked(
    request: Request, reader: serializers.Serializer[Any], *numbers: str
) -> Iterator[tuple[dict[str, Any], Problems]]:
    """Yield the valid parameters and the collector of errors. `numbers` are telephone numbers.

    Raise `ValidationError` at the end if there are errors.
    """
    given = {name: value for name, value in request.query_params.items() if name in reader.fields and value}
    problems, key = Problems(), cast(ApiKey, request.auth)
    for name in given.keys() & set(numbers):
        try:
            given[name] = number_asked(str(given[name]), key.workspace.country)
        except ValidationError as error:
            problems.add(name, error)
    with json_names(reader):
        yield read(reader, given, problems), problems
        problems.raise_any()
