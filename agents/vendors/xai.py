"""xAI. Sources: https://docs.x.ai/docs/api-reference and https://docs.x.ai/docs/guides/voice ."""

from typing import Any

from agents.vendors.base import Vendor, Voice, VoiceList, at, bearer

_ANY = "multilingual"  # instead of a language


def _read(page: Any) -> tuple[list[Voice], str]:
    return [_voice(one) for one in page["voices"]], ""


def _voice(one: Any) -> Voice:
    tag = one.get("language") or _ANY
    return Voice(one["voice_id"], one["name"], () if tag == _ANY else (tag,), one.get("gender") or "")


VENDOR = Vendor(
    at("xai", "https://api.x.ai"),
    "/v1/api-key",
    bearer,
    openai_url="https://api.x.ai/v1",
    voices=VoiceList("/v1/tts/voices", _read),
)
