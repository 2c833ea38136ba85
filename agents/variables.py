"""Variables of a call: the values that placeholders in its agent's texts stand for."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

NAME = "[A-Za-z_][A-Za-z0-9_]*"
BUILT_IN = ("now", "date", "time", "direction", "from", "to", "agent_name", "workspace_name", "call_id")
LONGEST_NAME = 64
LONGEST_VALUE = 2_000  # characters
MOST_BYTES = 8_192  # of all as JSON
_EXACT = 2**53  # larger whole numbers are not kept exactly by every JSON library


def wrong_variables(values: Any) -> Iterator[tuple[str, str]]:
    """Yield the path of each wrong variable, such as `variables.first_name`, with what to do."""
    if not isinstance(values, Mapping):
        yield "variables", 'Send a JSON object, for example {"first_name": "Ada"}.'
        return
    for name, value in values.items():
        if words := _wrong_name(str(name)) or _wrong_value(value):
            yield f"variables.{str(name)[:LONGEST_NAME]}", words
    if len(json.dumps(values, default=str, ensure_ascii=False).encode("utf-8", "replace")) > MOST_BYTES:
        yield "variables", "Variables are limited to 8 KiB of JSON. Shorten or omit some."


def text_of(value: Any) -> str:
    """Return a value as it is spoken and written: numbers in digits, booleans as true and false."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)


def _wrong_name(name: str) -> str:
    if len(name) > LONGEST_NAME:
        return f"A name has at most {LONGEST_NAME} characters. Shorten it."
    if not re.fullmatch(NAME, name):
        return "A name has letters from a to z, digits and underscores, and does not begin with a digit. Rename it."
    return f"{name} is a built-in variable. Choose another name." if name in BUILT_IN else ""


def _wrong_value(value: Any) -> str:
    if isinstance(value, str):
        if len(value) > LONGEST_VALUE:
            return f"A text has at most {LONGEST_VALUE} characters. Shorten it."
        if "\0" in value or any("\ud800" <= one <= "\udfff" for one in value):
            return "The text has a character that cannot be stored. Remove NUL and lone surrogates."
        return ""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        if not isfinite(value) or abs(value) > _EXACT:
            return "The number is too large. Send it as text, in quotes."
        return ""
    return "Send a text, a number or a boolean. Omit what is unknown."
