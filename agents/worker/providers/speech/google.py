"""Google Cloud, over gRPC. Its library connects by itself, to the host that it is told and no other.

Of the key's file only the parts that name and sign are used. The addresses in it would be followed by the library.
"""

import asyncio
import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import grpc
from google.api_core.client_options import ClientOptions
from google.cloud.speech_v1 import SpeechAsyncClient
from google.cloud.speech_v2 import SpeechAsyncClient as SpeechAsyncClientV2
from google.cloud.texttospeech import TextToSpeechAsyncClient
from google.oauth2.service_account import Credentials
from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions
from livekit.plugins import google
from livekit.plugins.google.tts import SynthesizeStream

from agents.worker.instructions import Instructions, Speech
from agents.worker.providers.base import ProviderFailed
from agents.worker.providers.speech.lines import Lines, chosen

PARTS = ("client_email", "private_key", "private_key_id", "project_id")
TOKENS = "https://oauth2.googleapis.com/token"
ANSWER_SECONDS = 60.0  # for which the language model may write one answer: the plugin limits the whole of its speech
_REGIONAL = re.compile(r"([a-z0-9-]+)-speech\.googleapis\.com")
_OF_LANGUAGE = re.compile(r"([a-z]{2,3}-[A-Za-z0-9]{2,4})-(.+)")  # a voice such as de-DE-Neural2-A; others speak any


class Place:
    """Google's address, and who calls it."""

    def __init__(self, speech: Speech) -> None:
        """Raise `ProviderFailed` for a key that is no service account's file."""
        self._url = urlsplit(speech.url)
        try:
            told = json.loads(speech.key)
            parts = {name: str(told[name]) for name in PARTS}
            self._credentials = Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
                {**parts, "token_uri": TOKENS}
            )
        except (ValueError, KeyError, TypeError):
            raise ProviderFailed("The key of Google Cloud is no service account's file. Enter it again.") from None
        self.project = parts["project_id"]

    @property
    def location(self) -> str:
        """Return the region of an address such as eu-speech.googleapis.com, else `global`."""
        regional = _REGIONAL.fullmatch(self._url.hostname or "")
        return regional[1] if regional else "global"

    def client(self, kind: Any) -> Any:
        """Return a client of Google's library."""
        if self._url.scheme == "http":  # by the operator's choice; without TLS gRPC sends no credentials
            channel = grpc.aio.insecure_channel(self._url.netloc)
            return kind(transport=kind.get_transport_class("grpc_asyncio")(channel=channel))
        return kind(credentials=self._credentials, client_options=ClientOptions(api_endpoint=self._url.netloc))


def hear(told: Instructions, speech: Speech, lines: Lines) -> google.STT:
    """Return its recognition."""
    return _Recognition(Place(speech), languages=told.language or "en-US", **chosen(model=told.provider.stt_model))


def speak(told: Instructions, speech: Speech, lines: Lines) -> google.TTS:
    """Return its synthesis. Voices that have their language are older: all but Chirp 3 speak a sentence a request."""
    voice, model, place = told.voice, told.provider.tts_model, Place(speech)
    named = _OF_LANGUAGE.fullmatch(voice)
    if named is None:
        return _Synthesis(place, **chosen(voice_name=voice, model_name=model, language=told.language))
    streams = "chirp3" in voice.lower()
    model = model or "chirp_3"  # with which the plugin names no model beside the voice
    return _Synthesis(place, voice_name=voice, model_name=model, language=named[1], use_streaming=streams)


class _Recognition(google.STT):
    def __init__(self, place: Place, **given: Any) -> None:
        self._place, self._clients = place, list[Any]()
        super().__init__(
            **given, location=place.location, project=place.project, credentials_info={"token_uri": TOKENS}
        )

    async def _create_client(self, timeout: float) -> Any:
        """Return a connected client: the library would try to connect for more than an hour."""
        client = self._place.client(SpeechAsyncClientV2 if self._config.version == 2 else SpeechAsyncClient)
        self._clients.append(client)
        async with asyncio.timeout(timeout):
            await client.transport.grpc_channel.channel_ready()
        return client

    async def aclose(self) -> None:
        await super().aclose()
        for client in self._clients:
            await client.transport.close()


class _Synthesis(google.TTS):
    def __init__(self, place: Place, **given: Any) -> None:
        super().__init__(**given)
        self._client = self._made = place.client(TextToSpeechAsyncClient)

    def stream(self, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS) -> SynthesizeStream:
        return super().stream(conn_options=replace(conn_options, timeout=ANSWER_SECONDS))

    async def aclose(self) -> None:
        await super().aclose()
        await self._made.transport.close()
