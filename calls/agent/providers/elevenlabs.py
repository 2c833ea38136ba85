"""An agent of ElevenLabs, over its WebSocket.

Source: https://elevenlabs.io/docs/agents-platform/api-reference/agents-platform/websocket.
"""

import asyncio
import base64
import json
import time
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
from livekit import rtc

from calls.agent.abilities import Abilities
from calls.agent.conversation import AGENT, CALLER, Conversation, Turn
from calls.agent.guard import Guard
from calls.agent.instructions import Instructions
from calls.agent.providers import mulaw
from calls.agent.providers.base import PATIENCE, ProviderFailed, Work
from calls.agent.providers.bridge import Bridge

LARGEST = 16 * 1024 * 1024  # bytes of one message


class ElevenLabsVoice:
    """What the agent is and knows stands at ElevenLabs; prompt and greeting given here replace its own."""

    can_say = False

    def __init__(self, told: Instructions, room: rtc.Room, conversation: Conversation, abilities: Abilities) -> None:
        self._told, self._conversation, self._abilities = told, conversation, abilities
        self._bridge = Bridge(room, conversation)
        self._http = Guard(told.provider).websockets()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._work = Work(conversation)
        self._out = ("pcm", 16_000)
        self._saying: Turn | None = None  # may still be corrected
        self._played_at = 0.0
        self._interrupted_at = -1  # the event up to which audio goes unheard

    async def start(self, phone: str) -> None:
        if not self._told.provider.agent_id:
            raise ProviderFailed("The agent names no ElevenLabs agent.")
        try:
            async with asyncio.timeout(PATIENCE):
                self._socket = await self._http.ws_connect(await self._address(), max_msg_size=LARGEST, heartbeat=15)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, KeyError) as error:
            status = getattr(error, "status", None)
            said = f"status {status}" if status else type(error).__name__
            raise ProviderFailed(f"ElevenLabs cannot be reached ({said}).") from None
        await self._bridge.start(phone)

    async def greet(self) -> None:
        told = self._told
        agent: dict[str, Any] = {}
        if told.prompt:
            agent["prompt"] = {"prompt": told.prompt}
        if told.greeting:
            agent["first_message"] = told.greeting
        own = {name: value for name, value in told.metadata.items() if isinstance(value, str | int | float | bool)}
        await self._send(
            {
                "type": "conversation_initiation_client_data",
                "dynamic_variables": {**own, "call_id": told.call_id, "caller": told.from_, "called": told.to},
                **({"conversation_config_override": {"agent": agent}} if agent else {}),
            }
        )
        self._work.begin(self._obey())

    async def say(self, text: str) -> None:
        """The agent decides itself what it says."""

    async def hold(self) -> None:
        self._bridge.clear()

    async def stop(self) -> None:
        self._work.stop()
        self._said()
        if self._socket is not None:
            await self._socket.close()
        await self._bridge.stop()
        await self._http.close()

    async def _address(self) -> str:
        """Give the socket's address: a signed one where there is a key, for agents that are not public."""
        provider = self._told.provider
        base = f"{provider.base_url.rstrip('/')}/v1/convai/conversation"
        query = urlencode({"agent_id": provider.agent_id}, quote_via=quote)
        if not provider.key:
            return f"{base.replace('http', 'ws', 1)}?{query}"
        headers = {"xi-api-key": provider.key}
        url = f"{base}/get-signed-url?{query}"
        async with self._http.get(url, headers=headers, raise_for_status=True, allow_redirects=False) as answer:
            return str((await answer.json())["signed_url"])

    async def _listen(self, kind: str, rate: int) -> None:
        """Send what the phone says."""
        async for pcm in self._bridge.heard(rate):
            data = mulaw.encode(pcm) if kind == "ulaw" else pcm
            await self._send({"user_audio_chunk": base64.b64encode(data).decode()})

    async def _obey(self) -> None:
        """Do what ElevenLabs sends, until it closes the socket."""
        assert self._socket is not None  # noqa: S101  # greet comes after start
        async for message in self._socket:
            if message.type == aiohttp.WSMsgType.TEXT:
                event = json.loads(message.data)
                await self._take(event.get("type", ""), event)
        code = self._socket.close_code
        if code in (1000, 1001, 1005):
            self._conversation.end("agent_hung_up", "ElevenLabs ended the conversation.")
        else:
            self._conversation.end("provider_failed", f"ElevenLabs' socket broke ({code}).")

    async def _take(self, kind: str, event: dict[str, Any]) -> None:
        match kind:
            case "conversation_initiation_metadata":
                self._begin(event["conversation_initiation_metadata_event"])
            case "audio":
                self._play(event["audio_event"])
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

    async def _use(self, call: dict[str, Any]) -> None:
        """Do what is declared at ElevenLabs as a client tool and here under the same name."""
        outcome = await self._abilities.use(call["tool_name"], call.get("parameters") or {})
        answer = {"tool_call_id": call["tool_call_id"], "result": outcome.text, "is_error": not outcome.ok}
        await self._send({"type": "client_tool_result", **answer})

    def _begin(self, formats: dict[str, Any]) -> None:
        self._out = _format(formats.get("agent_output_audio_format", "pcm_16000"))
        kind, rate = _format(formats.get("user_input_audio_format", "pcm_16000"))
        self._work.begin(self._listen(kind, rate))

    def _play(self, audio: dict[str, Any]) -> None:
        if audio.get("event_id", 0) > self._interrupted_at:
            data = base64.b64decode(audio["audio_base_64"])
            self._bridge.play(mulaw.decode(data) if self._out[0] == "ulaw" else data, self._out[1])
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
        """Give the agent's turn to the conversation: it was heard, or something else is said."""
        if self._saying is not None:
            turn, self._saying = self._saying, None
            self._conversation.said(replace(turn, ended_at=self._played_at))

    async def _send(self, message: dict[str, Any]) -> None:
        if self._socket is not None and not self._socket.closed:
            try:
                await self._socket.send_json(message)
            except (ConnectionError, RuntimeError):
                return  # reading it tells that it broke


def _format(name: str) -> tuple[str, int]:
    """Give encoding and rate of a format such as pcm_16000 or ulaw_8000. Raises ProviderFailed for others."""
    kind, _, rate = name.partition("_")
    if kind not in ("pcm", "ulaw") or not rate.isdigit():
        raise ProviderFailed(f"The ElevenLabs agent is set to the audio format {name}; set it to pcm or ulaw.")
    return kind, int(rate)
