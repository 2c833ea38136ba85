"""Cartesia. Source: https://docs.cartesia.ai/api-reference/voices/list ."""

from typing import Any
from urllib.parse import quote

from agents.vendors.base import Vendor, Voice, VoiceList, at

VERSION = "2026-03-01"
_VOICES = "/voices?limit=100"


def _read(page: Any) -> tuple[list[Voice], str]:
    found = [
        Voice(one["id"], one["name"], (one["language"],) if one.get("language") else (), one.get("description") or "")
        for one in page["data"]
    ]
    more = page.get("has_more") and found
    return found, f"{_VOICES}&starting_after={quote(found[-1].id, safe='')}" if more else ""


VENDOR = Vendor(
    at("cartesia", "https://api.cartesia.ai"),
    "/voices?limit=1",
    lambda account: {"Authorization": f"Bearer {account.key}", "Cartesia-Version": VERSION},
    voices=VoiceList(_VOICES, _read),
)
