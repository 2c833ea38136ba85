"""Deepgram, whose voices are models.

Sources: https://developers.deepgram.com/guides/fundamentals/authenticating and
https://developers.deepgram.com/docs/model-metadata .
"""

from typing import Any

from agents.vendors.base import Vendor, Voice, VoiceList, at


def _read(page: Any) -> tuple[list[Voice], str]:
    return [_voice(one) for one in page["tts"]], ""


def _voice(one: Any) -> Voice:
    tags = one.get("languages") or [one.get("language")]
    about = one.get("metadata") or {}
    words = [about.get("accent"), *(about.get("tags") or [])]
    return Voice(one["canonical_name"], one["name"], tuple(filter(None, tags)), ", ".join(filter(None, words)))


VENDOR = Vendor(
    at("deepgram", "https://api.deepgram.com"),
    "/v1/auth/token",
    lambda account: {"Authorization": f"Token {account.key}"},
    voices=VoiceList("/v1/models", _read),
)
