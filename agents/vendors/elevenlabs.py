"""ElevenLabs.

Sources: https://elevenlabs.io/docs/api-reference/models/list and
https://elevenlabs.io/docs/api-reference/voices/search .
"""

from typing import Any
from urllib.parse import quote

from django.conf import settings

from agents.vendors.base import Vendor, Voice, VoiceList

_VOICES = "/v2/voices?page_size=100"


def _read(page: Any) -> tuple[list[Voice], str]:
    token = page.get("next_page_token") if page.get("has_more") else None
    return [_voice(one) for one in page["voices"]], f"{_VOICES}&next_page_token={quote(token)}" if token else ""


def _voice(one: Any) -> Voice:
    tags = [spoken.get("locale") or spoken.get("language") for spoken in one.get("verified_languages") or []]
    labels = one.get("labels") or {}
    tags = tags or [labels.get("language")]
    about = ", ".join(str(labels[name]) for name in ("gender", "age", "accent") if labels.get(name))
    return Voice(one["voice_id"], one["name"], tuple(dict.fromkeys(filter(None, tags))), about)


VENDOR = Vendor(
    lambda _: str(settings.ELEVENLABS_BASE_URL),
    "/v1/models",
    lambda account: {"xi-api-key": account.key},
    voices=VoiceList(_VOICES, _read),
)
