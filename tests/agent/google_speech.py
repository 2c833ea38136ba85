"""A stand-in for Google's speech services: gRPC with the messages of Google's own packages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from google.cloud import speech_v1, speech_v2, texttospeech

from tests.agent.speech_servers import HEARD, PCM


class Google:
    """Keeps what it was asked for; `url` is its address, without TLS."""

    def __init__(self) -> None:
        self.asked: list[Any] = []  # the first message of each call
        self.spoken: list[str] = []
        self.server = grpc.aio.server()
        self.url = f"http://127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self._serve(
            "google.cloud.speech.v1.Speech", StreamingRecognize=(self._hear, speech_v1.StreamingRecognizeRequest)
        )
        self._serve(
            "google.cloud.speech.v2.Speech", StreamingRecognize=(self._hear, speech_v2.StreamingRecognizeRequest)
        )
        self._serve(
            "google.cloud.texttospeech.v1.TextToSpeech",
            StreamingSynthesize=(self._stream, texttospeech.StreamingSynthesizeRequest),
            SynthesizeSpeech=(self._speak, texttospeech.SynthesizeSpeechRequest),
        )

    def sound(self, text: str) -> bytes:
        """Return how a text is spoken."""
        return PCM

    def _serve(self, service: str, **methods: Any) -> None:
        handlers = {}
        for name, (method, message) in methods.items():
            kind = (
                grpc.stream_stream_rpc_method_handler
                if name.startswith("Streaming")
                else grpc.unary_unary_rpc_method_handler
            )
            handlers[name] = kind(method, message.deserialize, lambda answer: type(answer).serialize(answer))
        self.server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))

    async def _hear(self, requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        self.asked.append(first := await anext(requests))
        async for _ in requests:
            pass
        speech = speech_v2 if isinstance(first, speech_v2.StreamingRecognizeRequest) else speech_v1
        heard = speech.SpeechRecognitionAlternative(transcript=HEARD, confidence=0.9)
        result = speech.StreamingRecognitionResult(alternatives=[heard], is_final=True, language_code="de-AT")
        yield speech.StreamingRecognizeResponse(results=[result])

    async def _stream(self, requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        self.asked.append(await anext(requests))
        self.spoken.append(text := "".join([request.input.text async for request in requests]))
        yield texttospeech.StreamingSynthesizeResponse(audio_content=self.sound(text))

    async def _speak(self, request: Any, context: Any) -> Any:
        self.asked.append(request)
        self.spoken.append(request.input.text)
        return texttospeech.SynthesizeSpeechResponse(audio_content=self.sound(request.input.text))


@asynccontextmanager
async def google() -> AsyncIterator[Google]:
    """Serve a stand-in."""
    stand_in = Google()
    await stand_in.server.start()
    try:
        yield stand_in
    finally:
        await stand_in.server.stop(0.1)
