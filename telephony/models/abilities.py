"""Capabilities of an agent as JSON: its tools, transfer targets and analysis fields."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError

from agents.rendering import without_placeholders
from telephony.sip_headers import validate_headers
from telephony.transfer_targets import LONGEST_TARGET, read_target
from voxa.core.json_schema import WrongSchema, compiled, misfits
from voxa.core.safe_http import check_url

MOST_TOOLS = MOST_TRANSFERS = 20
LONGEST_SCHEMA = 8_192  # characters
LONGEST_BODY = 4_096  # characters
NAME = "^[A-Za-z_][A-Za-z0-9_]{0,63}$"  # the function names that language models accept
OWN_TOOLS = frozenset({"end_call", "transfer_call", "send_digits", "search_knowledge"})  # every agent's own

T = TypeVar("T")
_TEXT = {"type": "string", "minLength": 1, "maxLength": 1_000}
_TOOLS = {
    "type": "array",
    "maxItems": MOST_TOOLS,
    "items": {
        "type": "object",
        "required": ["name", "description", "url"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "pattern": NAME},
            "description": _TEXT,
            "parameters": {"type": "object"},
            "url": {"type": "string", "maxLength": 500},
            "body": {"type": "object"},
        },
    },
}
_TRANSFERS = {
    "type": "array",
    "maxItems": MOST_TRANSFERS,
    "items": {
        "type": "object",
        "required": ["name", "to"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "pattern": NAME},
            "description": {**_TEXT, "minLength": 0},
            "to": {"type": "string", "maxLength": LONGEST_TARGET},
            "mode": {"enum": ["cold", "warm"]},
            "transfer_headers": {"type": "object"},
        },
    },
}


def validate_tools(value: Any) -> None:
    """Accept a list of tools: name, description, url, body, and parameters as a JSON schema.

    URLs get their stored form, in which placeholders stay.
    """
    _fits(_TOOLS, value)
    _once(value)
    for place, tool in enumerate(value):
        _at(f"[{place}].name", validate_tool_name, tool["name"])
        _parameters(f"[{place}].parameters", tool.get("parameters", {}))
        _at(f"[{place}].body", validate_body, tool.get("body", {}))
        tool["url"] = _at(f"[{place}].url", stored_tool_url, tool["url"])


def validate_tool_name(name: str) -> None:
    """Accept the name of a function for language models, unless every agent has one of this name."""
    if not re.fullmatch(NAME.strip("^$"), name):
        raise _wrong("", "Enter letters from a to z, digits and underscores, at most 64; a digit cannot be first.")
    if name in OWN_TOOLS:
        raise _wrong("", f"{name} is a built-in tool of every agent. Choose another name.")


def validate_body(value: Any) -> None:
    """Accept the JSON object that a tool sends with each request."""
    if not isinstance(value, dict):
        raise _wrong("", "Enter a JSON object.")
    if len(json.dumps(value)) > LONGEST_BODY:
        raise _wrong("", f"A body has at most {LONGEST_BODY} characters. Shorten it.")


def stored_tool_url(url: str) -> str:
    """Return a tool's URL in its stored form, in which placeholders stay."""
    try:
        return without_placeholders(url, check_url)
    except ValueError as error:
        raise _wrong("", str(error)) from None


def validate_transfers(value: Any) -> None:
    """Accept a list of transfer targets: name, to, description, and mode cold or warm."""
    _fits(_TRANSFERS, value)
    _once(value)
    for place, one in enumerate(value):
        try:
            read_target(one["to"], warm=one.get("mode") == "warm")
        except ValidationError as error:
            raise _wrong(f"[{place}].to", error.messages[0]) from None
        try:
            validate_headers(one.get("transfer_headers", {}))
        except ValidationError as error:
            raise _wrong(f"[{place}].transferHeaders", error.messages[0]) from None


def validate_object_schema(value: Any) -> None:
    """Accept a JSON schema of an object, or an empty one."""
    if not isinstance(value, dict):
        raise ValidationError("Enter a JSON schema: an object with type, properties, ...", code="schema")
    _parameters("", value)


def _parameters(place: str, schema: dict[str, Any]) -> None:
    if not schema:
        return
    if schema.get("type") != "object":
        raise _wrong(place, 'Enter a schema with "type": "object".')
    if len(json.dumps(schema)) > LONGEST_SCHEMA:
        raise _wrong(place, f"A schema has at most {LONGEST_SCHEMA} characters.")
    try:
        compiled(schema)
    except WrongSchema as error:
        raise _wrong(place, f"The JSON schema is invalid: {error}") from None


def _fits(schema: dict[str, Any], value: Any) -> None:
    if found := misfits(schema, value):
        raise ValidationError(found[0], code="shape")


def _once(value: list[dict[str, Any]]) -> None:
    names = [one["name"] for one in value]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise _wrong(f"[{place}].name", f"The name {name} is used twice. Choose another name.")


def _at(place: str, check: Callable[[Any], T], value: Any) -> T:
    try:
        return check(value)
    except ValidationError as error:
        raise _wrong(place, error.messages[0]) from None


def _wrong(place: str, words: str) -> ValidationError:
    return ValidationError(f"{place}: {words}" if place else words, code="shape")
