"""Parse request bodies: at most 1 MiB, only finite numbers, only text that a database can store."""

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.parsers import BaseParser

from voxa.core.api.errors import ApiError

_DIGITS = 300


class StrictJSONParser(BaseParser):
    """Raises 413 for a large body, 400 for bad JSON, repeated names, NaN, infinity, nulls, lone surrogates."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = _read(stream)
        try:
            data = load(body.decode("utf-8-sig"))  # some clients send a byte order mark
        except UnicodeDecodeError as error:
            raise ParseError("The body is not valid UTF-8.") from error
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        except ValueError as error:
            raise ParseError(f"The body is not valid JSON: {error}") from error
        if b"\\u" in body:
            wrong = {path: [ErrorDetail(message, "invalid_text")] for path, message in bad_text(data, "")}
            if wrong:
                raise ValidationError(wrong)
        return data


class CsvParser(BaseParser):
    """Returns the bytes of a CSV file as `data`. Raises 413 for a large file."""

    media_type = "text/csv"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, bytes]:
        return {"data": _read(stream)}


def _read(stream: IO[Any]) -> bytes:
    body: bytes = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise ApiError("body_too_large", "The body is larger than 1 MiB.", 413)
    return body


def load(text: str) -> Any:
    """Parse JSON. Raise `ValueError` for invalid JSON and non-finite numbers, or `RecursionError`."""
    return _DECODER.decode(text)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object. Reject repeated names, which would lose a value."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has a repeated name")
    return found


def _whole(text: str) -> int:
    if len(text) > _DIGITS:
        raise ValueError(f"a number has more than {_DIGITS} digits")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text} is out of range")
    return number


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_int=_whole, parse_float=_finite, object_pairs_hook=_once)


def bad_text(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Find characters that are valid JSON but cannot be stored. Paths are as in an error's `field`."""
    if isinstance(value, str):
        if "\0" in value:
            yield path, "Null characters are not allowed."
        elif not _encodes(value):
            yield path, "Lone surrogates are not allowed."
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from bad_text(item, f"{path}.{index}" if path else str(index))
    elif isinstance(value, dict):
        for key, item in value.items():
            if "\0" in key or not _encodes(key):
                yield path, "A name in this object has characters that are not allowed."
            else:
                yield from bad_text(item, f"{path}.{key}" if path else key)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
