"""xAI, whose plugin has its address as a constant of each module: the operator's replaces it in this process."""

from typing import get_args

from livekit.agents.tokenize.basic import WordTokenizer
from livekit.plugins import xai
from livekit.plugins.xai import stt, tts
from livekit.plugins.xai.types import TTSLanguages

from agents.worker.instructions import Instructions, Speech
from agents.worker.providers.speech.lines import Lines, chosen

_SPOKEN = get_args(TTSLanguages)


def hear(told: Instructions, speech: Speech, lines: Lines) -> xai.STT:
    """Return its recognition."""
    stt.XAI_WEBSOCKET_URL, stt.XAI_REST_URL = f"{_sockets(speech)}/v1/stt", f"{speech.url}/v1/stt"
    return xai.STT(api_key=speech.key, http_session=lines.sockets, **chosen(language=told.language_code))


def speak(told: Instructions, speech: Speech, lines: Lines) -> xai.TTS:
    """Return its synthesis, which finds the language by itself if it is none of those that it names."""
    tts.XAI_WEBSOCKET_URL = f"{_sockets(speech)}/v1/tts"
    named = [tag for tag in (told.language, told.language_code) if tag in _SPOKEN]
    return xai.TTS(
        api_key=speech.key,
        http_session=lines.sockets,
        language=named[0] if named else "auto",
        tokenizer=WordTokenizer(ignore_punctuation=False, retain_format=True),  # the default one drops the spaces
        **chosen(voice=told.voice),
    )


def _sockets(speech: Speech) -> str:
    return speech.url.replace("http", "ws", 1)
