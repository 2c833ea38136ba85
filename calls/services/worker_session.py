"""Instructions for an agent worker on the call it joins."""

from typing import Any

from agents.providers import PROVIDERS
from agents.rendering import render, rendered
from calls.agent_tests.reports import for_test, join
from calls.agent_tests.sessions import GRACE, LONGEST
from calls.choices import ENDED, Direction, Reason
from calls.livekit.inbound import is_ours
from calls.livekit.ingest import settle
from calls.livekit.room_monitor import seen
from calls.models import AgentTest, Call, Reception
from calls.reception.fallbacks import speech_of
from calls.recordings.recording import announcement_of
from calls.services.agent_of_call import overridden, variables_of
from calls.services.knowledge import knowledge_tool
from telephony.choices import Fallback
from telephony.livekit import client_for
from telephony.livekit.rooms import participants
from telephony.models import Agent, LiveKitProject
from telephony.services.agent_revisions import current_number
from telephony.services.mcp.servers import mcp_tools
from voxa.core.errors import Conflict

SILENCE_PROMPT = "Are you still there?"


def call_of_room(project: LiveKitProject, room: str) -> Call | None:
    """Return the call of a project's room.

    A caller may join before LiveKit's event arrives: then the room is read and the call recorded. Raise
    `LiveKitError` if LiveKit does not respond.
    """
    call = _found(project, room)
    if call is None and is_ours(room):
        people = client_for(project).run(participants(room))
        settle(project, room, seen(people))
        call = _found(project, room)
    return call


def _found(project: LiveKitProject, room: str) -> Call | None:
    return Call.objects.select_related("workspace", "agent").filter(project=project, room_name=room).first()


def _note_revision(call: Call) -> None:
    """Record which revision of its agent speaks in a call, once."""
    if call.agent_revision is None:
        call.agent_revision = call.pinned_revision or current_number(call.agent_id)
        Call.objects.filter(pk=call.pk, agent_revision=None).update(agent_revision=call.agent_revision)


def instructions(call: Call) -> dict[str, Any]:
    """Return a worker's instructions and provider secret. Raise `Conflict` if the call is over or has no agent."""
    if call.status in ENDED or call.end_requested:
        raise Conflict("call_over", "The call is over.")
    spoken = _fallback(call)
    workspace, variables = call.workspace, variables_of(call)
    agent = rendered(overridden(call), variables)
    return {
        "workspace": {"id": str(workspace.pk), "name": workspace.name, "timeZone": workspace.time_zone},
        "call": {
            "id": str(call.pk),
            "direction": call.direction,
            "to": call.to_number,
            "from": call.from_number,
            "maxDurationSeconds": call.max_duration_seconds,
            "metadata": call.metadata,
            "variables": variables,
            "transferFirst": _transfers_first(call),
        },
        "agent": {
            "name": agent.name,
            "systemPrompt": agent.system_prompt,
            "greeting": agent.greeting,
            "voice": agent.voice,
            "language": agent.language,
            "voicemail": {"action": agent.voicemail_action, "message": agent.voicemail_message},
            "silence": {
                "seconds": agent.silence_seconds,
                "prompt": agent.silence_prompt or SILENCE_PROMPT,
                "prompts": agent.silence_prompts,
            },
            "tools": [
                {"name": one["name"], "description": one["description"], "parameters": one.get("parameters") or {}}
                for one in _tools(agent, agent.tools)
            ],
            "transfers": [{"name": one["name"], "description": one.get("description", "")} for one in agent.transfers],
            "sendsDigits": agent.sends_digits,
        },
        "fallback": {**spoken, "message": render(spoken["message"], variables)},
        "recording": {"announcement": announcement_of(call)},
        "provider": PROVIDERS[agent.ai_provider].for_worker(agent),
    }


def _tools(agent: Agent, own: list[dict[str, Any]]) -> list[dict[str, Any]]:
    searches = knowledge_tool(agent)
    return [*own, *([searches] if searches else []), *mcp_tools(agent)]


def _fallback(call: Call) -> dict[str, Any]:
    """Return what the worker does instead of a conversation, if anything; `local`: without the AI provider.

    Raise `Conflict` if there is nobody for a conversation either.
    """
    spoken, has_agent = speech_of(call), call.agent is not None
    if spoken.get("action") == Fallback.TRANSFER and spoken["reason"] == Reason.AGENT_ABSENT:
        raise Conflict("transfer_under_way", "No worker came in time, so the call is transferred.")
    if has_agent:
        _note_revision(call)
    elif spoken:
        call.agent = Agent(workspace=call.workspace, name=call.workspace.name)  # says the fallback's words alone
    else:
        raise Conflict("no_agent", "The call has no agent.")
    return {
        "action": spoken.get("action", ""),
        "message": spoken.get("message", ""),
        "local": not has_agent or spoken.get("reason") == Reason.PROVIDER_FAILED,
    }


def test_instructions(test: AgentTest) -> dict[str, Any]:
    """Return a worker's instructions for a test conversation. Raise `Conflict` if it is over."""
    join(test, LONGEST + GRACE)
    longest = int(LONGEST.total_seconds())
    return for_test(instructions(test.as_call(max_duration_seconds=longest)), test)


def _transfers_first(call: Call) -> bool:
    inbound = call.direction == Direction.INBOUND
    return inbound and Reception.objects.filter(call=call).exclude(transfer={}).exists()
