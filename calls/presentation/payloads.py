"""JSON payloads of calls, attempts and events, shared by the API and outgoing webhooks. `schemas` has their fields."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from calls.choices import EventType
from calls.models import Attempt, Call, CallAnalysis, Conversation, Event, Recording, TranscriptItem, Transfer
from calls.presentation import schemas
from calls.presentation.sources import with_sources
from voxa.core.api.names import camel
from voxa.core.api.payloads import payload_of

attempt_json = payload_of(schemas.AttemptSerializer)
transfer_json = payload_of(schemas.TransferStateSerializer)
event_json = payload_of(schemas.EventSerializer, attempt=lambda event: event.attempt.number if event.attempt else None)
item_json = payload_of(schemas.TurnSerializer, sources=lambda item: list(item.sources))
_call = payload_of(schemas.CallSerializer, agentOverrides=lambda call: overrides_json(call.agent_overrides))
_conversation = payload_of(schemas.TranscriptSerializer, finished=lambda row: row.finished_at is not None)
_analysis = payload_of(schemas.AnalysisSerializer)
_part = payload_of(schemas.RecordingPartSerializer, url=lambda recording: "")


def overrides_json(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return an agent's overrides by their JSON names."""
    return {camel(name): value for name, value in overrides.items()}


def call_json(call: Any, attempts: Iterable[Any] | None = None) -> dict[str, Any]:
    """Return a call's payload; its attempts are loaded unless passed."""
    tried = Attempt.objects.filter(call=call).order_by("number") if attempts is None else attempts
    return {**_call(call), "attempts": [attempt_json(attempt) for attempt in tried]}


def transferred_json(transfer: Transfer) -> dict[str, Any]:
    return {**call_json(transfer.call), "transfer": transfer_json(transfer)}


def transcript_json(call: Call, conversation: Conversation | None) -> dict[str, Any]:
    """Return a call's transcript and latency figures; empty if none was reported."""
    searches = Event.objects.filter(call=call, type=EventType.KNOWLEDGE_SEARCHED).order_by("at", "id")
    items = [item_json(item) for item in with_sources(TranscriptItem.objects.filter(call=call), searches)]
    return {**_conversation(conversation or Conversation()), "transcript": items}


def report_json(call: Call, conversation: Conversation) -> dict[str, Any]:
    """Return the payload of a conversation report: the call with transcript and analysis."""
    analysis = analysis_json(CallAnalysis.objects.filter(call=call).first())
    return {**call_json(call), **transcript_json(call, conversation), "analysis": analysis}


def analysis_json(analysis: CallAnalysis | None) -> dict[str, Any]:
    """Return the payload of an analysis; status `none` if none was requested."""
    return _analysis(analysis or CallAnalysis(status="none"))


def recording_json(parts: Sequence[tuple[Recording, str]]) -> dict[str, Any]:
    """Return the payload of a call's recording, each part with a short-lived playback URL.

    The top-level fields are the first part's; status `none` if there is no recording.
    """
    found = [{**_part(recording), "url": url} for recording, url in parts]
    return {**(found[0] if found else _part(Recording(status="none"))), "parts": found}


def analyzed_json(call: Call, analysis: CallAnalysis) -> dict[str, Any]:
    return {**call_json(call), "analysis": analysis_json(analysis)}
