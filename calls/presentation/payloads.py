"""JSON payloads of calls, attempts and events, shared by the API and outgoing webhooks.

Written by hand: a page holds up to 200 calls with attempts, and a serializer would take ten times as long.
`calls.api.serializers` describes the same fields to the schema.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from calls.models import Attempt, Call, CallAnalysis, Conversation, Event, Recording, TranscriptItem, Transfer
from voxa.core.api.names import camel
from voxa.core.json_values import id_json, time_json


def call_json(call: Call, attempts: Iterable[Attempt] | None = None) -> dict[str, Any]:
    """Return a call's payload; its attempts are loaded unless passed."""
    tried = Attempt.objects.filter(call=call).order_by("number") if attempts is None else attempts
    return {
        "id": str(call.pk),
        "direction": call.direction,
        "status": call.status,
        "reason": call.reason,
        "to": call.to_number,
        "from": call.from_number,
        "trunkId": id_json(call.trunk_id),
        "agentId": id_json(call.agent_id),
        "agentRevision": call.agent_revision,
        "roomName": call.room_name,
        "sipCallId": call.sip_call_id,
        "livekitCallId": call.livekit_call_id,
        "sipStatusCode": call.sip_status_code,
        "attempts": [attempt_json(attempt) for attempt in tried],
        "scheduledAt": time_json(call.scheduled_at),
        "notAfter": time_json(call.not_after),
        "queuedAt": time_json(call.queued_at),
        "startedAt": time_json(call.started_at),
        "answeredAt": time_json(call.answered_at),
        "endedAt": time_json(call.ended_at),
        "durationSeconds": call.duration_seconds,
        "metadata": call.metadata,
        "variables": call.variables,
        "agentOverrides": {camel(name): value for name, value in call.agent_overrides.items()},
    }


def attempt_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "status": attempt.status,
        "reason": attempt.reason,
        "trunkId": id_json(attempt.trunk_id),
        "gatewayId": id_json(attempt.gateway_id),
        "roomName": attempt.room_name,
        "sipCallId": attempt.sip_call_id,
        "livekitCallId": attempt.livekit_call_id,
        "sipStatusCode": attempt.sip_status_code,
        "sipStatus": attempt.sip_status,
        "startedAt": time_json(attempt.started_at),
        "ringingAt": time_json(attempt.ringing_at),
        "answeredAt": time_json(attempt.answered_at),
        "endedAt": time_json(attempt.ended_at),
    }


def transfer_json(transfer: Transfer) -> dict[str, Any]:
    return {
        "status": transfer.status,
        "to": transfer.to,
        "mode": transfer.mode,
        "code": transfer.code,
        "message": transfer.message,
        "sipStatusCode": transfer.sip_status_code,
        "requestedAt": time_json(transfer.requested_at),
        "endedAt": time_json(transfer.ended_at),
    }


def transferred_json(transfer: Transfer) -> dict[str, Any]:
    return {**call_json(transfer.call), "transfer": transfer_json(transfer)}


def event_json(event: Event) -> dict[str, Any]:
    """Return the payload of a timeline event; its attempt must be loaded and is given by number."""
    attempt = event.attempt.number if event.attempt else None
    return {"type": event.type, "at": time_json(event.at), "attempt": attempt, "data": event.data}


def item_json(item: TranscriptItem) -> dict[str, Any]:
    return {
        "speaker": item.speaker,
        "text": item.text,
        "startedAt": time_json(item.started_at),
        "endedAt": time_json(item.ended_at),
        "interrupted": item.interrupted,
    }


def transcript_json(call: Call, conversation: Conversation | None) -> dict[str, Any]:
    """Return a call's transcript and latency figures; empty if none was reported."""
    return {
        "transcript": [item_json(item) for item in TranscriptItem.objects.filter(call=call)],
        "measures": conversation.measures if conversation else {},
        "detail": conversation.detail if conversation else "",
        "finished": bool(conversation and conversation.finished_at),
    }


def report_json(call: Call, conversation: Conversation) -> dict[str, Any]:
    """Return the payload of a conversation report: the call with transcript and analysis."""
    analysis = analysis_json(CallAnalysis.objects.filter(call=call).first())
    return {**call_json(call), **transcript_json(call, conversation), "analysis": analysis}


def analysis_json(analysis: CallAnalysis | None) -> dict[str, Any]:
    """Return the payload of an analysis; status `none` if none was requested."""
    return {
        "status": analysis.status if analysis else "none",
        "summary": analysis.summary if analysis else "",
        "outcome": analysis.outcome if analysis else "",
        "fields": analysis.fields if analysis else {},
        "error": analysis.error if analysis else "",
        "analyzedAt": time_json(analysis.done_at) if analysis else None,
    }


def recording_json(parts: Sequence[tuple[Recording, str]]) -> dict[str, Any]:
    """Return the payload of a call's recording, each part with a short-lived playback URL.

    The top-level fields are the first part's; status `none` if there is no recording.
    """
    found = [_part_json(recording, url) for recording, url in parts]
    return {**(found[0] if found else _part_json(None)), "parts": found}


def _part_json(recording: Recording | None, url: str = "") -> dict[str, Any]:
    return {
        "status": recording.status if recording else "none",
        "url": url,
        "durationSeconds": recording.duration_seconds if recording else None,
        "bytes": recording.bytes if recording else None,
        "error": recording.error if recording else "",
    }


def analyzed_json(call: Call, analysis: CallAnalysis) -> dict[str, Any]:
    return {**call_json(call), "analysis": analysis_json(analysis)}
