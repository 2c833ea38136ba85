"""Placeholders in an agent's texts: `{{name}}`, and `{{name|there}}` with a default.

There are no expressions, and a value is never searched for placeholders.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import copy
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from agents.providers import PROVIDERS
from agents.providers.base import SOME_USE
from agents.variables import BUILT_IN, NAME, text_of

TEXTS = ("system_prompt", "greeting", "voicemail_message", "silence_prompt")
LISTS = ("tools", "transfers")  # whose descriptions, URLs and bodies are texts
LONGEST = 64_000  # characters of a rendered text
_PLACEHOLDER = re.compile(rf"\{{\{{\s*({NAME})\s*(?:\|([^{{}}]*))?\}}\}}")
_STRAY = re.compile(r"\{\{[^{}\n]{0,40}\}{0,2}")


def built_in(now: datetime, zone: str, workspace: str, agent: str) -> dict[str, str]:
    """Return the built-in variables that do not depend on the call."""
    local = now.astimezone(ZoneInfo(zone))
    return {
        "now": local.isoformat(timespec="seconds"),
        "date": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
        "agent_name": agent,
        "workspace_name": workspace,
    }


def render(text: str, values: Mapping[str, Any], theirs: tuple[str, ...] = ()) -> str:
    """Return a text with its placeholders replaced; empty values and missing ones become the default.

    `theirs` are prefixes of placeholders that the AI provider replaces: those stay, and no value can contain one.
    """

    def replaced(match: re.Match[str]) -> str:
        if theirs and match[1].startswith(theirs):
            return match[0]
        value = text_of(values.get(match[1], "")) or (match[2] or "").strip()
        return value.replace("{", " { ") if theirs else value

    return _PLACEHOLDER.sub(replaced, text)[:LONGEST]


def render_url(url: str, values: Mapping[str, Any]) -> str:
    """Return a URL with its placeholders replaced; a value stays within its part of the path or query."""

    def replaced(match: re.Match[str]) -> str:
        value = text_of(values.get(match[1], "")) or (match[2] or "").strip()
        return quote(value, safe="") if value.strip(".") else value.replace(".", "%2E")

    return _PLACEHOLDER.sub(replaced, url)


def render_json(value: Any, values: Mapping[str, Any]) -> Any:
    """Return JSON with the placeholders in its texts replaced; a text of one alone becomes the value, of its type."""
    if isinstance(value, dict):
        return {name: render_json(one, values) for name, one in value.items()}
    if isinstance(value, list):
        return [render_json(one, values) for one in value]
    if not isinstance(value, str):
        return value
    whole = _PLACEHOLDER.fullmatch(value)
    return values[whole[1]] if whole and values.get(whole[1], "") != "" else render(value, values)


def without_placeholders(url: str, check: Callable[[str], str]) -> str:
    """Return a URL with placeholders as `check` returns it without them. Raise `ValueError` for one in the host."""
    found = [match[0] for match in _PLACEHOLDER.finditer(url)]
    marks = {f"voxaplaceholder{place}x": one for place, one in enumerate(found)}
    for mark, one in marks.items():
        url = url.replace(one, mark, 1)
    if "voxaplaceholder" in re.split("[/?#]", url.partition("://")[2])[0]:
        raise ValueError("Placeholders are for the path and the query. Enter host and port as they are.")
    checked = check(url)
    for mark, one in marks.items():
        checked = checked.replace(mark, one)
    return checked


def rendered(agent: Any, values: Mapping[str, Any]) -> Any:
    """Return a copy of an agent with its texts rendered. It must not be saved."""
    spoken = copy(agent)
    theirs = PROVIDERS[agent.ai_provider].own_placeholders
    for name in TEXTS:
        setattr(spoken, name, render(getattr(agent, name), values, theirs))
    for name in LISTS:
        rows = [{**one, "description": render(one.get("description", ""), values)} for one in getattr(agent, name)]
        setattr(spoken, name, rows)
    return spoken


def missing(agent: Any, known: Collection[str]) -> list[str]:
    """Return the variables that an agent's texts use without a default and that are not known, each once."""
    theirs = PROVIDERS[agent.ai_provider].own_placeholders
    return [
        name
        for name in _without_default(_texts(agent))
        if name not in known and not (theirs and name.startswith(theirs))
    ]


def _without_default(texts: Iterable[str]) -> list[str]:
    used = [match for text in texts for match in _PLACEHOLDER.finditer(text)]
    return list(dict.fromkeys(match[1] for match in used if not (match[2] or "").strip()))


def warnings(agent: Any) -> list[str]:
    """Return what somebody who saves an agent should know about its placeholders."""
    return _warnings(missing(agent, BUILT_IN), list(_texts(agent)))


def warnings_of_tool(tool: Any) -> list[str]:
    """Return what somebody who saves a reusable tool should know about its placeholders."""
    texts = list(_strings(_spoken({"description": tool.description, "url": tool.url, "body": tool.body})))
    return _warnings([name for name in _without_default(texts) if name not in BUILT_IN], texts)


def _warnings(names: list[str], texts: list[str]) -> list[str]:
    found = []
    if names:
        braces = ", ".join(f"{{{{{name}}}}}" for name in names)
        found.append(
            f"The texts use {braces} without a default. Send them in variables with each call, or write a default: "
            f"{{{{{names[0]}|there}}}}. Calls without them, as all inbound calls, leave the place empty."
        )
    if strays := [one[0] for text in texts for one in _STRAY.finditer(_PLACEHOLDER.sub("", text))]:
        found.append(
            f"Not a placeholder, and spoken as it is: {', '.join(dict.fromkeys(strays[:5]))}. Write {{{{name}}}} or "
            "{{name|default}}, with letters from a to z, digits and underscores in the name."
        )
    return found


def _texts(agent: Any) -> Iterator[str]:
    """Yield the texts that the agent's provider uses."""
    uses = PROVIDERS[agent.ai_provider].uses
    for name in (*TEXTS, *LISTS):
        if name in uses or name not in SOME_USE:
            value = getattr(agent, name)
            yield from [value] if name in TEXTS else [text for one in value for text in _strings(_spoken(one))]


def _spoken(row: Mapping[str, Any]) -> list[Any]:
    """Return the parts of a tool or transfer target that may have placeholders."""
    return [row.get("description", ""), row.get("url", ""), row.get("body", {})]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)
