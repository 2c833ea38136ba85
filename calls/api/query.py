"""Reading a question's parameters, as a body is read: what is wrong is noted, and one answer names all of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from calls.api.filters import plus
from telephony.api.reading import json_names, read
from telephony.services.errors import Problems


@contextmanager
def asked(
    request: Request, reader: serializers.Serializer[Any], *numbers: str
) -> Iterator[tuple[dict[str, Any], Problems]]:
    """Give the parameters that can be read, and where to note what is wrong. `numbers` are telephone numbers.

    Raises ValidationError at the end if anything is.
    """
    given = {name: value for name, value in request.query_params.items() if name in reader.fields and value}
    given |= {name: plus(str(given[name])) for name in numbers if name in given}
    problems = Problems()
    with json_names(reader):
        yield read(reader, given, problems), problems
        problems.raise_any()
