"""State of one conversation: who speaks, transcript, latency, end. Providers write it, watchers read it."""

import asyncio
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

AGENT, CALLER = "agent", "caller"
FAILED = "fallback_failed"  # the call's next fallback is asked for
OVER = "nobody_available"  # a fallback ended the call


@dataclass(frozen=True)
class Ending:
    """Why a conversation ended. Without a reason the phone or the room left, which LiveKit reports."""

    reason: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Turn:
    """One turn of a speaker. Times are in seconds since the epoch."""

    speaker: str
    text: str
    started_at: float
    ended_at: float
    interrupted: bool = False
    latency: float | None = None  # seconds from the caller's last word to the agent's first
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def json(self) -> dict[str, Any]:
        """Return the payload for the API."""
        return {
            "id": self.id,
            "speaker": self.speaker,
            "text": self.text.encode("utf-8", "replace").decode().replace("\0", ""),  # a provider may send halves
            "startedAt": _moment(self.started_at),
            "endedAt": _moment(max(self.started_at, self.ended_at)),
            "interrupted": self.interrupted,
            **({} if self.latency is None else {"latencySeconds": round(self.latency, 3)}),
        }


class Conversation:
    """State of a call's conversation. All times are in seconds since the epoch."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.watch: Callable[[dict[str, Any]], None] = lambda event: None  # of a test conversation
        self.answered_at: float | None = None
        self.first_word_at: float | None = None
        self.caller_speaks = self.agent_speaks = False
        self.owes_answer_since: float | None = None  # the caller finished, and the agent has not started
        self.quiet_since = time.time()
        self.latencies: list[float] = []
        self._ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self.caller_began_at: float | None = None
        self._acting = 0
        self._caller_stopped_at: float | None = None
        self._latency: float | None = None  # of the agent's turn that is being spoken

    @property
    def over(self) -> bool:
        """Return whether it ended."""
        return self._ended.done()

    def end(self, reason: str = "", detail: str = "") -> None:
        """End it; the first reason counts."""
        if not self._ended.done():
            self._ended.set_result(Ending(reason, detail[:500]))

    async def ended(self) -> Ending:
        """Wait for the end."""
        return await asyncio.shield(self._ended)

    def answered(self) -> None:
        """Record that the phone answered."""
        self.answered_at = self.quiet_since = self.owes_answer_since = time.time()

    def said(self, turn: Turn) -> None:
        """Record a turn; one without words is ignored."""
        if not turn.text.strip():
            return
        if turn.speaker == AGENT:
            turn, self._latency = replace(turn, latency=self._latency), None
        self.turns.append(turn)
        self.watch({"type": "turn", **turn.json()})

    def agent_speaking(self, speaks: bool) -> None:
        """Record that the agent started or stopped speaking."""
        now = time.time()
        if speaks and not self.agent_speaks:
            self.owes_answer_since = None
            if self.first_word_at is None:
                self.first_word_at = now
            if self._caller_stopped_at is not None:
                self.latencies.append(now - self._caller_stopped_at)
                self._latency = self.latencies[-1]
                self._caller_stopped_at = None
        self.agent_speaks = speaks
        self._note_quiet(now)

    def caller_speaking(self, speaks: bool, at: float | None = None) -> None:
        """Record that the caller started or stopped speaking."""
        now = time.time()
        if self.caller_speaks and not speaks:
            self._caller_stopped_at = at or now
        if speaks and not self.caller_speaks:
            self.caller_began_at = at or now
        self.caller_speaks = speaks
        self._note_quiet(now)

    def caller_wrote(self) -> None:
        """Record that the caller wrote something instead of speaking."""
        self.quiet_since = self._caller_stopped_at = time.time()
        self.caller_turn()

    def caller_turn(self) -> None:
        """Record that the caller said something that requires an answer."""
        if not self.agent_speaks:
            self.owes_answer_since = time.time()

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Suspend the checks for silence and missing answers while the agent acts."""
        self._acting += 1
        try:
            yield
        finally:
            self._acting -= 1
            self.quiet_since = time.time()
            if self.owes_answer_since is not None:
                self.owes_answer_since = self.quiet_since

    @property
    def is_acting(self) -> bool:
        """Return whether the agent is acting, for example running a tool."""
        return self._acting > 0

    @property
    def quiet_for(self) -> float:
        """Return for how many seconds nobody has spoken; 0 while the agent acts."""
        return 0.0 if self.is_acting else self.silent_for

    @property
    def silent_for(self) -> float:
        """Return for how many seconds nobody has spoken, even while the agent acts."""
        if self.agent_speaks or self.caller_speaks or self.answered_at is None:
            return 0.0
        return time.time() - self.quiet_since

    def measures(self) -> dict[str, Any]:
        """Return the latency figures for the API."""
        measures: dict[str, Any] = {
            "turns": len(self.turns),
            "interruptions": sum(turn.interrupted for turn in self.turns if turn.speaker == AGENT),
        }
        if self.first_word_at is not None and self.answered_at is not None:
            measures["firstWordSeconds"] = round(max(0.0, self.first_word_at - self.answered_at), 3)
        if self.latencies:
            measures["turnSecondsMedian"] = round(statistics.median(self.latencies), 3)
            measures["turnSecondsLongest"] = round(max(self.latencies), 3)
        return measures

    def _note_quiet(self, now: float) -> None:
        if not (self.agent_speaks or self.caller_speaks):
            self.quiet_since = now


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
