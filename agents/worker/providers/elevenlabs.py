"""An ElevenLabs agent, over its WebSocket.

Sources: https://elevenlabs.io/docs/agents-platform/api-reference/agents-platform/websocket and
https://elevenlabs.io/docs/api-reference/text-to-speech/convert.
"""

import asyncio
import base64
import json
import logging
import time
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from livekit import rtc

from agents.worker.abilities import Abilities
from agents.worker.conversation import AGENT, CALLER, Conversation, Turn
from agents.worker.instructions import Instructions
from agents.worker.providers import mulaw
from agents.worker.providers.base import ENDS_SOON, PATIENCE, WHISPERED, ProviderFailed
from agents.worker.providers.bridge import RATE
from agents.worker.providers.sockets import BROKEN, LAST_WORDS, SocketVoice

logger = logging.getLogger(__name__)


class ElevenLabsVoice(SocketVoice):
    """The agent is configured at ElevenLabs; prompt, greeting and language set in Voxa override it."""

    name = "ElevenLabs"

    def __init__(self, told: Instructions, room: rtc.Room, conversation: Conversation, abilities: Abilities) -> None:
        super().__init__(told, room, conversation)
        self._abilities = abilities
        self._url = ""
        self._out = ("pcm", 16_000)
        self._saying: Turn | None = None  # may still be corrected
        self._played_at = 0.0
        self._interrupted_at = -1  # audio up to this event is dropped

    async def start(self, phone: str) -> None:
        """Get the agent's address. The connection is opened at the greeting: the phone may ring for long before."""
        if not self._told.provider.agent_id:
            raise ProviderFailed("The agent names no ElevenLabs agent.")
        self._url = await self._address()
        await self._bridge.start(phone)

    async def greet(self) -> None:
        await self._connect(self._url)
        told = self._told
        agent: dict[str, Any] = {}
        if told.prompt:
            agent["prompt"] = {"prompt": told.prompt}
        if told.greeting:
            agent["first_message"] = told.greeting
        if told.language:
            agent["language"] = told.language_code
        own = {name: value for name, value in told.metadata.items() if isinstance(value, str | int | float | bool)}
        own |= told.variables
        await self._send(
            {
                "type": "conversation_initiation_client_data",
                "dynamic_variables": {**own, "call_id": told.call_id, "caller": told.from_, "called": told.to},
                **({"conversation_config_override": {"agent": agent}} if agent else {}),
            }
        )
        self._work.begin(self._obey())

    async def say(self, text: str) -> bool:
        """Speak it with ElevenLabs' speech synthesis, in the agent's voice: the agent itself has no command for it."""
        try:
            pcm = await self._spoken(text)
        except ProviderFailed as error:
            logger.warning("A text could not be spoken: %s", error)
            return False
        began = time.time()
        self._bridge.play(pcm[: len(pcm) // 2 * 2], RATE)
        await self._bridge.played(len(pcm) / 2 / RATE + LAST_WORDS)
        self._conversation.said(Turn(AGENT, text, began, time.time()))
        return True

    def read(self, text: str) -> bool:
        self._bridge.clear()
        self._heard(text)
        self._work.begin(self._send({"type": "user_message", "text": text}))
        return True

    async def whisper(self, text: str) -> bool:
        await self._send({"type": "contextual_update", "text": WHISPERED.format(text=text)})
        return True

    async def ends_soon(self, seconds: int, reason: str) -> None:
        await self._send({"type": "contextual_update", "text": ENDS_SOON.format(seconds=seconds)})

    async def stop(self) -> None:
        self._said()
        await super().stop()

    async def _address(self) -> str:
        """Return the WebSocket's URL; with a key a signed one, for agents that are not public."""
        query = urlencode({"agent_id": self._told.provider.agent_id}, quote_via=quote)
        path = "/v1/convai/conversation"
        if not self._told.provider.key:
            return f"{self._base.replace('http', 'ws', 1)}{path}?{query}"
        try:
            return str(json.loads(await self._ask("GET", f"{path}/get-signed-url?{query}"))["signed_url"])
        except (ValueError, KeyError, TypeError) as error:
            raise self._unreached(error) from None

    async def _spoken(self, text: str) -> bytes:
        """Return a text as audio. Raise `ProviderFailed` on failure."""
        voice = self._told.voice
        try:
            if not voice:
                agent = await self._ask("GET", f"/v1/convai/agents/{quote(self._told.provider.agent_id, safe='')}")
                voice = str(json.loads(agent)["conversation_config"]["tts"]["voice_id"])
        except (ValueError, KeyError, TypeError) as error:
            raise self._unreached(error) from None
        path = f"/v1/text-to-speech/{quote(voice, safe='')}?output_format=pcm_{RATE}"
        return await self._ask("POST", path, {"text": text})

    @property
    def _base(self) -> str:
        return self._told.provider.base_url.rstrip("/")

    async def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> bytes:
        """Call ElevenLabs' API. Raise `ProviderFailed` on failure."""
        headers = {"xi-api-key": self._told.provider.key}
        try:
            async with (
                asyncio.timeout(PATIENCE),
                self._http.request(
                    method,
                    f"{self._base}{path}",
                    json=body,
                    headers=headers,
                    raise_for_status=True,
                    allow_redirects=False,
                ) as answer,
            ):
                if not (said := await answer.read()) or answer.status >= 300:  # the body of a redirect is not audio
                    raise ProviderFailed(f"ElevenLabs sent an empty response (status {answer.status}).")
                return said
        except BROKEN as error:
            raise self._unreached(error) from None

    async def _listen(self, kind: str, rate: int) -> None:
        """Send the phone's audio."""
        async for pcm in self._bridge.heard(rate):
            data = mulaw.encode(pcm) if kind == "ulaw" else pcm
            await self._send({"user_audio_chunk": base64.b64encode(data).decode()})

    async def _take(self, text: str) -> None:
        event = json.loads(text)
        match event.get("type"):
            case "conversation_initiation_metadata":
                self._begin(event["conversation_initiation_metadata_event"])
            case "audio":
                self._hear_agent(event["audio_event"])
            case "agent_response":
                self._said()
                text = event["agent_response_event"]["agent_response"]
                self._saying = Turn(AGENT, text, time.time(), time.time())
            case "agent_response_correction":
                self._correct(event["agent_response_correction_event"]["corrected_agent_response"])
            case "user_transcript":
                self._heard(event["user_transcription_event"]["user_transcript"])
            case "interruption":
                self._interrupted_at = event.get("interruption_event", {}).get("event_id", self._interrupted_at)
                self._bridge.clear()
            case "ping":
                await self._send({"type": "pong", "event_id": event["ping_event"]["event_id"]})
            case "client_tool_call":
                self._work.begin(self._use(event["client_tool_call"]))
            case "agent_tool_request" | "agent_tool_response":
                self._conversation.owes_answer_since = None  # it is busy, or waits because of its own tool

    async def _use(self, call: dict[str, Any]) -> None:
        """Run a client tool that is declared at ElevenLabs and here under the same name."""
        outcome = await self._abilities.use(call["tool_name"], call.get("parameters") or {})
        answer = {"tool_call_id": call["tool_call_id"], "result": outcome.text, "is_error": not outcome.ok}
        await self._send({"type": "client_tool_result", **answer})

    def _begin(self, formats: dict[str, Any]) -> None:
        self._out = _format(formats.get("agent_output_audio_format", "pcm_16000"))
        kind, rate = _format(formats.get("user_input_audio_format", "pcm_16000"))
        if not self._told.greeting:
            self._conversation.owes_answer_since = None  # its own first message may be empty
        self._work.begin(self._listen(kind, rate))

    def _hear_agent(self, audio: dict[str, Any]) -> None:
        if audio.get("event_id", 0) > self._interrupted_at:
            data = base64.b64decode(audio["audio_base_64"])
            self._play(mulaw.decode(data) if self._out[0] == "ulaw" else data, self._out[1])
            self._bridge.when_played(self._note_played)

    def _note_played(self) -> None:
        self._played_at = time.time()

    def _heard(self, text: str) -> None:
        self._said()
        now = time.time()
        began = min(self._conversation.caller_began_at or now, now)
        self._conversation.said(Turn(CALLER, text, began, now))
        self._conversation.caller_turn()

    def _correct(self, text: str) -> None:
        if self._saying is not None:
            self._saying = replace(self._saying, text=text, interrupted=True)
        self._said()

    def _said(self) -> None:
        """Record the agent's turn: it was heard, or another one starts."""
        if self._saying is not None:
            turn, self._saying = self._saying, None
            self._conversation.said(replace(turn, ended_at=self._played_at))


def _format(name: str) -> tuple[str, int]:
    """Return encoding and rate of a format such as pcm_16000 or ulaw_8000. Raise `ProviderFailed` for others."""
    kind, _, rate = name.partition("_")
    if kind not in ("pcm", "ulaw") or not rate.isdigit():
        raise ProviderFailed(f"The ElevenLabs agent is set to the audio format {name}; set it to pcm or ulaw.")
    return kind, int(rate)
