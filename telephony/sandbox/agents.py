"""Agents in the sandbox. A worker cannot connect because there is no media, so a stand-in joins.

It neither hears nor speaks. Where the sandbox knows Voxa's API, it does what a worker would (`worker.py`). Else it
leaves when the last caller did, as an agent's session ends with its caller.
"""

import asyncio

from livekit.protocol.agent import Job, JobState, JobStatus, JobType
from livekit.protocol.agent_dispatch import AgentDispatch, AgentDispatchState
from livekit.protocol.models import DisconnectReason, ParticipantInfo

from telephony.sandbox.rooms import Occupant, Room
from telephony.sandbox.state import State
from telephony.sandbox.store import new_id
from telephony.sandbox.worker import Session

STARTS_IN = 0.2  # seconds from the dispatch to the agent's joining
NAME = "Sandbox agent (no worker, no audio)"
NOTE = "Played by the sandbox: it neither hears nor speaks."


def dispatch(state: State, room: Room, agent_name: str, metadata: str) -> AgentDispatch:
    """Record the dispatch and schedule the stand-in of a named agent."""
    made = AgentDispatch(
        id=new_id("AD_"),
        agent_name=agent_name,
        room=room.info.name,
        metadata=metadata,
        state=AgentDispatchState(created_at=int(state.now() * 1_000_000_000)),
    )
    room.dispatches[made.id] = made
    send(state, room, made)
    return made


def send(state: State, room: Room, made: AgentDispatch) -> None:
    """Schedule a stand-in. If no agent is registered at that moment, none ever joins."""
    if made.agent_name and state.agents_registered:
        state.background.start(_stand_in(state, room, made))


async def _stand_in(state: State, room: Room, made: AgentDispatch) -> None:
    await asyncio.sleep(STARTS_IN)
    if state.rooms.get(room.info.name) is not room or made.id not in room.dispatches:
        return
    job_id = new_id("AJ_")
    info = ParticipantInfo(
        identity=f"agent-{job_id}",
        name=NAME,
        kind=ParticipantInfo.AGENT,
        attributes={"sandbox": NOTE, "lk.agent.name": made.agent_name, "lk.agent.state": "listening"},
    )
    agent = state.rooms.join(room, info)
    running = JobState(
        status=JobStatus.JS_RUNNING, started_at=int(state.now() * 1_000_000_000), participant_identity=info.identity
    )
    made.state.jobs.append(
        Job(id=job_id, dispatch_id=made.id, type=JobType.JT_ROOM, agent_name=made.agent_name, state=running)
    )
    if state.worker:
        await Session(state, state.worker, room, agent).run()
    else:
        state.rooms.publish(room, agent)  # by which a real SIP service knows that the caller may be answered
        await _callers_gone(room, agent)
    if not agent.ghost:
        state.rooms.leave(room, info.identity, DisconnectReason.CLIENT_INITIATED)


async def _callers_gone(room: Room, agent: Occupant) -> None:
    """Wait until all participants have left, or the agent was removed."""
    while not (agent.gone.is_set() or agent.ghost) and (room.has_visitors or not room.visited):
        await asyncio.sleep(STARTS_IN)


def end(state: State, room: Room, made: AgentDispatch) -> None:
    """Delete a dispatch; its stand-in leaves."""
    del room.dispatches[made.id]
    for job in made.state.jobs:
        state.rooms.leave(room, job.state.participant_identity, DisconnectReason.PARTICIPANT_REMOVED)
