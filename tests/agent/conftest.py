"""The voice worker by itself: a conversation, a voice that only notes what it is told, instructions."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agents.worker.answerer import Answerer
from agents.worker.conversation import CALLER, Conversation, Turn
from agents.worker.instructions import Instructions

TOLD: dict[str, Any] = {
    "call": {
        "id": "c1", "direction": "outbound", "to": "+12025550123", "from": "+15550100000", "maxDurationSeconds": 3600,
        "metadata": {}, "variables": {},
    },
    "agent": {
        "name": "Caller", "systemPrompt": "", "greeting": "Hello", "voice": "", "language": "en-US",
        "voicemail": {"action": "leave_message", "message": "Please call us back."},
        "silence": {"seconds": 0.3, "prompt": "Are you still there?", "prompts": 2},
        "tools": [], "transfers": [], "sendsDigits": False,
    },
    "recording": {"announcement": ""},
    "provider": {
        "kind": "pipeline", "key": "sk-secret", "agentId": "", "endpoint": "", "baseUrl": "https://api.openai.com/v1",
        "sttUrl": "", "ttsUrl": "", "llmModel": "", "sttModel": "", "ttsModel": "",
        "guard": {"trusted": ["https://api.openai.com/v1"], "networks": []},
    },
}  # fmt: skip


class NotedVoice:
    """Notes what it is told; what it says takes no time."""

    def __init__(self, conversation: Conversation, *, can_say: bool = True) -> None:
        self._can_say, self._conversation = can_say, conversation
        self.did: list[str] = []
        self.judges: Callable[[], Awaitable[Answerer]] | None = None

    async def start(self, phone: str) -> None:
        self.did.append("start")

    async def who_answered(self) -> Answerer:
        return Answerer.UNKNOWN if self.judges is None else await self.judges()

    async def greet(self) -> None:
        self.did.append("greet")

    async def say(self, text: str) -> bool:
        if self._can_say:
            self.did.append(text)
            self._conversation.agent_speaking(True)
            self._conversation.agent_speaking(False)
        return self._can_say

    def read(self, text: str) -> bool:
        self.did.append(f"read {text}")
        return self._can_say

    async def whisper(self, text: str) -> bool:
        self.did.append(f"whisper {text}")
        return self._can_say

    async def ends_soon(self, seconds: int, reason: str) -> None:
        self.did.append("ends soon")

    async def hold(self) -> None:
        self.did.append("hold")

    def hear(self, *, on: bool) -> None:
        self.did.append("hears" if on else "deaf")

    def quiet(self, *, on: bool) -> None:
        self.did.append("quiet" if on else "speaks")

    async def stop(self) -> None:
        self.did.append("stop")


def told(**changes: Any) -> Instructions:
    """Return instructions with another `agent`, `call` or `provider` laid over."""
    return Instructions.read({part: {**TOLD[part], **changes.get(part, {})} for part in TOLD})


@pytest.fixture
async def conversation() -> Conversation:
    return Conversation()


@pytest.fixture
def voice(conversation: Conversation) -> NotedVoice:
    return NotedVoice(conversation)


def hear(conversation: Conversation, text: str) -> None:
    """Make the other side say something."""
    conversation.caller_speaking(True)
    conversation.said(Turn(CALLER, text, 1.0, 2.0))
    conversation.caller_speaking(False)
