"""Azure Speech, in the region of the resource.

Sources: https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech and
https://learn.microsoft.com/azure/ai-services/speech-service/rest-speech-to-text-short .
"""

from typing import Any

from agents.vendors.base import Vendor, Voice, VoiceList, at

_VOICES = "/cognitiveservices/voices/list"


def _read(page: Any) -> tuple[list[Voice], str]:
    return [
        Voice(
            one["ShortName"],
            one.get("DisplayName") or one["ShortName"],
            (one["Locale"], *(one.get("SecondaryLocaleList") or ())),
            one.get("Gender") or "",
        )
        for one in page
    ], ""


VENDOR = Vendor(
    at("azure", "https://{region}.tts.speech.microsoft.com"),
    _VOICES,
    lambda account: {"Ocp-Apim-Subscription-Key": account.key},
    has_regions=True,
    stt_url=at("azure_recognition", "https://{region}.stt.speech.microsoft.com"),
    voices=VoiceList(_VOICES, _read),
)
