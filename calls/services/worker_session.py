"""What an agent worker is told of the call it joins."""

from typing import Any

from django.conf import settings

from calls.choices import ENDED
from calls.livekit.inbound import is_ours
from calls.livekit.ingest import settle
from calls.livekit.room_monitor import seen
from calls.models import Call
from calls.recordings.recording import announcement_of
from telephony.choices import AiProvider
from telephony.livekit import client_for
from telephony.livekit.rooms import participants
from telephony.models import Agent, LiveKitProject
from voxa.core.errors import Conflict

SILENCE_PROMPT = "Are you still there?"


def call_of_room(project: LiveKitProject, room: str) -> Call | None:
    """Find the call of a project's room.

    A caller may be there before LiveKit's event of it: then the room is looked into, and the call is written. Raises
    LiveKitError where LiveKit does not answer.
    """
    call = _found(project, room)
    if call is None and is_ours(room):
        people = client_for(project).run(participants(room))
        settle(project, room, seen(people))
        call = _found(project, room)
    return call


def _found(project: LiveKitProject, room: str) -> Call | None:
    return Call.objects.select_related("workspace", "agent").filter(project=project, room_name=room).first()


def instructions(call: Call) -> dict[str, Any]:
    """Return what a worker needs for a call, its provider's secret with it. Raise `Conflict` where nobody speaks."""
    if call.status in ENDED or call.end_requested:
        raise Conflict("call_over", "The call is over.")
    if call.agent is None:
        raise Conflict("no_agent", "The call has no agent.")
    workspace, agent = call.workspace, call.agent
    return {
        "workspace": {"id": str(workspace.pk), "name": workspace.name, "timeZone": workspace.time_zone},
        "call": {
            "id": str(call.pk),
            "direction": call.direction,
            "to": call.to_number,
            "from": call.from_number,
            "maxDurationSeconds": call.max_duration_seconds,
            "metadata": call.metadata,
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
                for one in agent.tools
            ],
            "transfers": [{"name": one["name"], "description": one.get("description", "")} for one in agent.transfers],
            "sendsDigits": agent.sends_digits,
        },
        "recording": {"announcement": announcement_of(call)},
        "provider": _provider(agent),
    }


def _provider(agent: Agent) -> dict[str, Any]:
    """Return who speaks. What the agent leaves out is the operator's choice, which may be anywhere."""
    eleven = agent.ai_provider == AiProvider.ELEVENLABS
    ours = settings.ELEVENLABS_BASE_URL if eleven else settings.OPENAI_BASE_URL
    base = agent.base_url or ours
    return {
        "kind": agent.ai_provider,
        "key": agent.provider_key or "",
        "agentId": agent.provider_agent_id,
        "endpoint": agent.custom_endpoint,
        "baseUrl": base,
        "sttUrl": agent.stt_url or base,
        "ttsUrl": agent.tts_url or base,
        "llmModel": agent.llm_model,
        "sttModel": agent.stt_model,
        "ttsModel": agent.tts_model,
        "guard": {"trusted": [ours], "networks": list(settings.VOXA_OUTBOUND_ALLOW)},
    }
