"""A voice by LiveKit's `AgentSession`, which combines models for hearing, thinking and speaking."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from livekit import rtc
from livekit.agents import Agent, AgentSession, RunContext, StopResponse, ToolError, function_tool, llm
from livekit.agents.llm.tool_context import RawFunctionTool
from livekit.agents.types import APIConnectOptions
from livekit.agents.voice import (
    AgentStateChangedEvent,
    CloseEvent,
    ConversationItemAddedEvent,
    ErrorEvent,
    SpeechHandle,
    UserStateChangedEvent,
)
from livekit.agents.voice.agent_session import SessionConnectOptions
from livekit.agents.voice.room_io import RoomOptions

from agents.worker.abilities import Abilities
from agents.worker.answerer import Answerer, who_answered
from agents.worker.conversation import AGENT, CALLER, Conversation, Turn
from agents.worker.instructions import Instructions
from agents.worker.providers.base import ENDS_SOON, PATIENCE, WHISPERED, ProviderFailed

logger = logging.getLogger(__name__)

TURN_WITHIN = 2.0  # seconds for the words of who answered, after the verdict
ONE_RETRY = APIConnectOptions(max_retry=1, retry_interval=0.2, timeout=PATIENCE)
CONNECTING = SessionConnectOptions(
    stt_conn_options=ONE_RETRY, llm_conn_options=ONE_RETRY, tts_conn_options=ONE_RETRY, max_unrecoverable_errors=0
)
_MANNERS = (
    "You are on the phone. Speak in short, plain sentences without lists or markup. When the conversation is over or "
    "the other side says goodbye, say goodbye and use the tool end_call."
)


class SpokenVoice:
    """An `AgentSession` as a voice.

    `close` releases the models' resources; `hush` stops a model from answering by itself. `judge` is the language
    model that tells machines from people: not the session's, which ends when a model of its own fails.
    """

    def __init__(
        self,
        told: Instructions,
        room: rtc.Room,
        conversation: Conversation,
        abilities: Abilities,
        session: "AgentSession[None]",
        close: Callable[[], Awaitable[None]],
        *,
        says_words: bool,
        hush: Callable[[], None] = lambda: None,
        judge: "llm.LLM[Any] | None" = None,
    ) -> None:
        self._told, self._room, self._conversation, self._session = told, room, conversation, session
        self._close, self._says_words, self._hush = close, says_words, hush
        self._judge, self._phone, self._answerer = judge, "", Answerer.UNKNOWN
        self._hears = True
        self._instructions = f"{told.prompt}\n\n{_MANNERS}".strip()
        self._agent = _Agent(self._instructions, conversation, abilities, self._record)
        session.on("agent_state_changed", self._on_agent_state)
        session.on("user_state_changed", self._on_user_state)
        session.on("conversation_item_added", self._on_item)
        session.on("error", self._on_error)
        session.on("close", self._on_close)

    async def start(self, phone: str) -> None:
        self._phone = phone
        options = RoomOptions(text_input=False, participant_identity=phone, close_on_disconnect=False)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._session.start(
                    self._agent, room=self._room, room_options=options, session_host=False, record=False
                )
        except TimeoutError:
            raise ProviderFailed("The provider did not answer in time.") from None

    async def who_answered(self) -> Answerer:
        if self._judge is None:
            return Answerer.UNKNOWN
        self._agent.listens = True
        try:
            self._answerer = await who_answered(self._session, self._judge, self._phone)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._agent.turn_over.wait(), TURN_WITHIN)
        finally:
            self._agent.listens = False
        return self._answerer

    async def greet(self) -> None:
        if self._answerer is Answerer.MENU and self._told.sends_digits:
            speech = self._session.generate_reply()
        elif self._told.greeting:
            speech = self._speak(self._told.greeting)
        else:
            speech = self._session.generate_reply(instructions="Greet the other side and begin the conversation.")
        speech.add_done_callback(self._on_greeted)

    async def say(self, text: str) -> bool:
        if not self._says_words:
            self._session.input.set_audio_enabled(False)  # a model that detects turns itself would stop talking
        try:
            await (speech := self._speak(text, may_be_interrupted=False))
        except RuntimeError:
            return False  # the session is closing
        self._session.input.set_audio_enabled(self._hears)
        return speech.exception() is None and not (speech.interrupted or self._conversation.over)

    def read(self, text: str) -> bool:
        self._session.interrupt()
        with suppress(RuntimeError):  # the session is closing
            self._session.generate_reply(user_input=text)
        return True

    async def whisper(self, text: str) -> bool:
        self._instructions = f"{self._instructions}\n\n{WHISPERED.format(text=text)}"
        await self._agent.update_instructions(self._instructions)
        return True

    async def ends_soon(self, seconds: int, reason: str) -> None:
        if not self._agent.silent:
            with suppress(RuntimeError):  # the session is closing
                self._session.generate_reply(instructions=ENDS_SOON.format(seconds=seconds))

    async def hold(self) -> None:
        self._agent.silent = True
        self._hush()
        self._session.interrupt(force=True)

    def hear(self, *, on: bool) -> None:
        self._hears = on
        self._session.input.set_audio_enabled(on)

    def quiet(self, *, on: bool) -> None:
        if on:
            with suppress(RuntimeError):  # the session is closing
                self._session.interrupt(force=True)
        self._session.output.set_audio_enabled(not on)

    async def stop(self) -> None:
        await self._session.aclose()
        await self._close()

    def _speak(self, text: str, *, may_be_interrupted: bool = True) -> SpeechHandle:
        if self._says_words:
            return self._session.say(text, allow_interruptions=may_be_interrupted)
        words = f"Say these words exactly, in their language, and nothing else: {text}"
        return self._session.generate_reply(instructions=words)

    def _on_greeted(self, speech: SpeechHandle) -> None:
        """End the conversation if the greeting failed: no error event reports it, and both sides would wait."""
        if speech.exception() is not None:
            self._conversation.caller_turn()

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        self._conversation.agent_speaking(event.new_state == "speaking")
        if event.new_state == "thinking":
            self._conversation.caller_turn()
        elif event.new_state == "listening":
            self._conversation.owes_answer_since = None  # a model may choose to say nothing, as in a phone menu

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._agent.turn_over.clear()
        self._conversation.caller_speaking(event.new_state == "speaking", event.created_at)

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if isinstance(item, llm.ChatMessage) and item.role in ("user", "assistant"):
            self._record(item)

    def _record(self, message: llm.ChatMessage) -> None:
        times = message.metrics
        began = times.get("started_speaking_at", message.created_at)
        ended = times.get("stopped_speaking_at", time.time())
        speaker = CALLER if message.role == "user" else AGENT
        self._conversation.said(Turn(speaker, message.text_content or "", began, ended, message.interrupted))

    def _on_error(self, event: ErrorEvent) -> None:
        error = event.error
        if not getattr(error, "recoverable", True):
            self._conversation.end("provider_failed", _words(error))

    def _on_close(self, event: CloseEvent) -> None:
        if event.error is not None:
            self._conversation.end("provider_failed", _words(event.error))


class _Agent(Agent):
    """Instructions and tools of the models."""

    def __init__(
        self,
        instructions: str,
        conversation: Conversation,
        abilities: Abilities,
        record: Callable[[llm.ChatMessage], None],
    ) -> None:
        tools: list[llm.Tool | llm.Toolset] = [_function(schema, abilities) for schema in abilities.schemas()]
        super().__init__(instructions=instructions, tools=tools)
        self.silent = self.listens = False
        self.turn_over = asyncio.Event()  # of the other side; a greeting before it would be interrupted by it
        self.turn_over.set()
        self._conversation, self._record = conversation, record

    async def on_user_turn_completed(self, turn_ctx: llm.ChatContext, new_message: llm.ChatMessage) -> None:
        if self.listens:
            heard = self.chat_ctx.copy()
            heard.insert(new_message)
            await self.update_chat_ctx(heard)
            self._record(new_message)
        self.turn_over.set()
        if self.silent or self.listens:
            raise StopResponse

    @function_tool
    async def end_call(self, context: RunContext[None]) -> None:
        """End the call. Use it when the conversation is over, after saying goodbye."""
        await context.wait_for_playout()
        self._conversation.end("agent_hung_up")


def _function(schema: dict[str, Any], abilities: Abilities) -> RawFunctionTool[..., Any]:
    """Return a function for LiveKit's session."""

    async def use(raw_arguments: dict[str, Any]) -> str:
        outcome = await abilities.use(schema["name"], raw_arguments)
        if outcome.silent:
            raise StopResponse
        if not outcome.ok:
            raise ToolError(outcome.text)
        return outcome.text

    return function_tool(use, raw_schema=schema)


def _words(error: Any) -> str:
    """Return a provider's error without the request."""
    cause = getattr(error, "error", error)
    status = getattr(cause, "status_code", None)
    kind = str(getattr(error, "type", type(cause).__name__)).removesuffix("_error")
    said = f" with status {status}" if isinstance(status, int) and status > 0 else f" ({type(cause).__name__})"
    return f"The provider's {kind} failed{said}."
