"""Azure Speech. Its recognition is Microsoft's Speech SDK, which connects by itself, to the host that it is told."""

from html import escape
from urllib.parse import urlsplit

from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions, tts
from livekit.plugins import azure

from agents.worker.instructions import Instructions, Speech
from agents.worker.providers.base import ProviderFailed
from agents.worker.providers.speech.lines import Lines, chosen


def hear(told: Instructions, speech: Speech, lines: Lines) -> azure.STT:
    """Return its recognition. Raise `ProviderFailed` unless the address is a host alone.

    The guard cannot stand between: the host is the operator's, or Microsoft's with a region in front that holds letters
    and digits. A region with more in it, however it came there, would end the host and leave the rest as a path.
    """
    place = urlsplit(speech.url)
    if place.username is not None or place.path or place.query or place.fragment:
        raise ProviderFailed("The address of Azure Speech is no host alone. Check the region of the key.")
    return azure.STT(
        speech_key=speech.key,
        speech_host=speech.url.replace("http", "ws", 1),
        language=told.language or "en-US",
    )


def speak(told: Instructions, speech: Speech, lines: Lines) -> azure.TTS:
    """Return its synthesis."""
    return _Synthesis(
        speech_key=speech.key,
        http_session=lines.sockets,
        speech_endpoint=f"{speech.url}/cognitiveservices/v1",
        **chosen(voice=escape(told.voice), language=told.language),
    )


class _Synthesis(azure.TTS):
    """Speaks text as it is: the plugin puts it into SSML without escaping it, where `&` is an error and tags work."""

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        return super().synthesize(escape(text), conn_options=conn_options)
