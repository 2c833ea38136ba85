"""Where an agent is dispatched, a stand-in joins, for no worker can."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from livekit.protocol.agent import JobStatus
from livekit.protocol.models import DisconnectReason, ParticipantInfo
from livekit.protocol.room import CreateRoomRequest
from livekit.protocol.webhook import WebhookEvent

from agents.worker.config import Config
from telephony.sandbox import agents
from telephony.sandbox.rooms import Room
from telephony.sandbox.state import State
from tests.live.databases import CHECKOUT

Run = Callable[[Coroutine[Any, Any, None]], None]


def agents_in(room: Room) -> list[ParticipantInfo]:
    return [one.info for one in room.occupants.values() if one.info.kind == ParticipantInfo.AGENT]


def open_with_caller(state: State) -> Room:
    room = state.rooms.open(CreateRoomRequest(name="call"))
    state.rooms.join(room, ParticipantInfo(identity="phone", kind=ParticipantInfo.SIP))
    return room


def test_the_stand_in_says_what_it_is(state: State, run: Run) -> None:
    async def story() -> None:
        room = state.rooms.open(CreateRoomRequest(name="call"))
        made = agents.dispatch(state, room, "voxa-agent", "{}")
        assert agents_in(room) == []
        await asyncio.sleep(1)
        (agent,) = agents_in(room)
        assert agent.identity.startswith("agent-AJ_")
        assert agent.name == "Sandbox agent (no worker, no audio)"
        assert agent.attributes["sandbox"] == "Played by the sandbox: it neither hears nor speaks."
        assert agent.attributes["lk.agent.name"] == "voxa-agent"
        (job,) = made.state.jobs
        assert (job.state.status, job.state.participant_identity) == (JobStatus.JS_RUNNING, agent.identity)

    run(story())


def test_it_leaves_when_the_caller_did(state: State, run: Run) -> None:
    async def story() -> None:
        room = open_with_caller(state)
        agents.dispatch(state, room, "voxa-agent", "")
        await asyncio.sleep(30)
        assert len(agents_in(room)) == 1
        state.rooms.leave(room, "phone", DisconnectReason.CLIENT_INITIATED)
        await asyncio.sleep(1)
        assert agents_in(room) == []

    run(story())


def test_it_publishes_a_track_so_that_a_short_call_is_seen_as_answered(state: State, run: Run) -> None:
    async def story() -> None:
        told: list[WebhookEvent] = []
        state.rooms.emit = told.append
        room = open_with_caller(state)
        agents.dispatch(state, room, "voxa-agent", "")
        await asyncio.sleep(1)
        (event,) = [one for one in told if one.event == "track_published"]
        (agent,) = agents_in(room)
        assert (event.participant.identity, event.participant.kind) == (agent.identity, 0)
        assert (event.room.name, event.track.sid) == ("call", agent.tracks[0].sid)

    run(story())


def test_it_keeps_no_room_open(state: State, run: Run) -> None:
    async def story() -> None:
        room = state.rooms.open(CreateRoomRequest(name="call", empty_timeout=10))
        agents.dispatch(state, room, "voxa-agent", "")
        await asyncio.sleep(5)
        assert (len(agents_in(room)), room.info.num_participants) == (1, 0)
        await asyncio.sleep(7)
        assert state.rooms.get("call") is None

    run(story())


def test_a_deleted_dispatch_takes_it_out(state: State, run: Run) -> None:
    async def story() -> None:
        room = open_with_caller(state)
        joined, early = (agents.dispatch(state, room, "voxa-agent", "") for _ in range(2))
        agents.end(state, room, early)
        await asyncio.sleep(1)
        assert len(agents_in(room)) == 1
        agents.end(state, room, joined)
        assert agents_in(room) == []

    run(story())


def test_an_agent_without_a_name_is_nobody(state: State, run: Run) -> None:
    async def story() -> None:
        room = open_with_caller(state)
        agents.dispatch(state, room, "", "")
        await asyncio.sleep(1)
        assert agents_in(room) == []

    run(story())


def test_a_call_of_which_voxa_says_nothing_ends(state: State, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.sandbox.worker.INSTRUCTED_WITHIN", 0.2)
    state.worker = Config("", "devkey", "s" * 32, "http://127.0.0.1:9", worker_id="", load_limit=1.0, health_port=0)

    async def story() -> None:
        room = open_with_caller(state)
        agents.dispatch(state, room, "voxa-agent", "")
        while state.rooms.get("call") is room:
            assert not [one for one in agents_in(room) if one.tracks]  # so the caller is not answered
            await asyncio.sleep(0.1)

    run(story())


def test_the_sandbox_needs_no_package_that_a_worker_alone_has() -> None:
    """`make run` installs requirements.txt, without those of requirements-agent.txt."""
    worker = ["livekit.agents", "livekit.rtc", "numpy", "openai", "psutil"]
    asked = f"import sys, telephony.sandbox.app; print([name for name in {worker} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
