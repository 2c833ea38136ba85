"""OpenAPI descriptions of the call operations."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from calls.api.serializers import (
    AddedSerializer,
    AddNumbersSerializer,
    DigitsSerializer,
    DoNotCallSerializer,
    PlaceCallSerializer,
    TransferSerializer,
)
from calls.choices import EventType
from calls.models import Call
from calls.presentation.payloads import call_json
from calls.presentation.schemas import (
    AnalysisSerializer,
    CallSerializer,
    RecordingSerializer,
    TimelineSerializer,
    TranscriptSerializer,
    TransferredCallSerializer,
    TransferStateSerializer,
)
from calls.services.place import NOT_CONFIGURED
from voxa.core.api.imports import ImportedSerializer, ImportQuery
from voxa.core.api.schema import ErrorSerializer

F = TypeVar("F", bound=Callable[..., Any])
_ID, _TIME = "7f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d2", "2026-03-01T09:30:00.000000Z"
_OWN = {"metadata": {"orderId": "1042"}, "variables": {"name": "Ada"}, "agentOverrides": {"language": "en-GB"}}
_NEW = {
    "to": "+12025550123",
    "from": "+15550100000",
    "agentId": _ID,
    "scheduledAt": "2027-03-01T14:00:00Z",
    "notAfter": "2027-03-01T18:00:00Z",
    **_OWN,
}
CALL: dict[str, Any] = {
    **call_json(Call(), ()),
    "id": "6f1c2c52-6f0a-4f0e-9d5c-0d8f5a3b7e11",
    "direction": "outbound",
    "to": "+12025550123",
    "from": "+15550100000",
    "trunkId": _ID,
    "agentId": _ID,
    "scheduledAt": "2027-03-01T14:00:00Z",
    "notAfter": "2027-03-01T18:00:00Z",
    "queuedAt": _TIME,
    **_OWN,
}
_EVENTS: dict[str, Any] = {
    "next": None,
    "previous": None,
    "results": [{"type": EventType.CALL_QUEUED.value, "at": _TIME, "attempt": None, "data": {}}],
}
_SPOKEN = {"speaker": "agent", "text": "Hello, this is Acme.", "interrupted": False, "sources": []}
_TRANSCRIPT: dict[str, Any] = {
    "transcript": [{**_SPOKEN, "startedAt": _TIME, "endedAt": _TIME}],
    "measures": {"firstWordSeconds": 0.41, "turns": 1},
    "detail": "",
    "finished": True,
}
CALL_ID = OpenApiParameter("id", OpenApiTypes.UUID, "path", description="The call's ID.")
_NUMBER = OpenApiParameter("number", OpenApiTypes.STR, "path", description="In any format, for example +12025550123.")


def operation(
    tag: str, name: str, summary: str, description: str = "", answer: Any = None, **more: Any
) -> Callable[[F], F]:
    sent = more.pop("sent", None)
    media_type = next(iter(more.get("request") or {}), None) if isinstance(more.get("request"), dict) else None
    examples = [OpenApiExample("Request", sent, request_only=True, media_type=media_type)] if sent else []
    if answer is not None:
        responses = more.get("responses", {200: None})
        kind = next(iter(responses.values()))
        same = [str(status) for status, body in responses.items() if body is kind]
        examples.append(OpenApiExample("Response", answer, response_only=True, status_codes=same))
    description = description or f"{summary}."
    return extend_schema(
        tags=[tag], operation_id=name, summary=summary, description=description, examples=examples, **more
    )


def accepted(name: str, summary: str, description: str, more: dict[int, Any] | None = None) -> Callable[[F], F]:
    responses: dict[int, Any] = {202: CallSerializer, **(more or {})}
    return operation("Calls", name, summary, description, CALL, parameters=[CALL_ID], request=None, responses=responses)


CALLS = extend_schema_view(
    list=operation("Calls", "calls_list", "List calls", "Calls, newest first, with their attempts.", CALL),
    create=operation(
        "Calls",
        "calls_create",
        "Place a call",
        "Queues a call. It is dialed when it is due and the workspace's policies allow it. A permanent refusal "
        "ends the call as `failed` with the reason; a temporary one postpones it.",
        CALL,
        sent=_NEW,
        request=PlaceCallSerializer,
        responses={201: CallSerializer},
    ),
    retrieve=operation("Calls", "calls_retrieve", "Get a call", answer=CALL, parameters=[CALL_ID]),
)
EVENTS = operation(
    "Calls",
    "calls_events",
    "Get a call's timeline",
    "The call's events, oldest first, at most the last 1,000.",
    _EVENTS,
    parameters=[CALL_ID],
    filters=False,
    responses={200: TimelineSerializer},
)
TRANSCRIPT = operation(
    "Calls",
    "calls_transcript",
    "Get a call's transcript",
    "The transcript reported by the agent so far; empty for a call without a conversation.",
    _TRANSCRIPT,
    parameters=[CALL_ID],
    filters=False,
    responses={200: TranscriptSerializer},
)
ANALYSIS = operation(
    "Calls",
    "calls_analysis",
    "Get a call's analysis",
    "A language model's analysis of the conversation, if its agent has `analyzesCalls`; otherwise status `none`. It "
    "is ready some seconds after the end, and the webhook `call.analyzed` announces it.",
    {
        "status": "done",
        "summary": "The caller asked whether the shop is open today. The agent said until six.",
        "outcome": "Question answered",
        "fields": {"callBack": False},
        "templateId": _ID,
        "templateName": "Callbacks",
        "error": "",
        "analyzedAt": _TIME,
    },
    parameters=[CALL_ID],
    filters=False,
    responses={200: AnalysisSerializer},
)
_PART = {
    "status": "saved",
    "url": "https://storage.example.com/recordings/...",
    "durationSeconds": 72,
    "bytes": 583_211,
    "error": "",
}
RECORDING = operation(
    "Calls",
    "calls_recording",
    "Get a call's recording",
    "If the workspace has `recordCalls`, conversations are recorded after the announcement. The file is "
    "saved some seconds after the end.",
    {**_PART, "parts": [_PART]},
    parameters=[CALL_ID],
    filters=False,
    responses={200: RecordingSerializer},
)
DISPATCH = accepted(
    "calls_dispatch",
    "Dispatch a call now",
    "Makes a queued call due immediately, regardless of its schedule. Policies and limits still apply. 503 "
    "`telephony_not_configured` if LiveKit is not configured.",
    {503: OpenApiResponse(ErrorSerializer, description=NOT_CONFIGURED)},
)
CANCEL = accepted(
    "calls_cancel",
    "Cancel a call",
    "Cancels an outbound call before it is answered. A queued call ends immediately; one being dialed ends when "
    "LiveKit has released it.",
)
HANG_UP = accepted(
    "calls_hangup",
    "Hang up",
    "Ends a live call. The response shows its current state; the webhook `call.ended` announces the end.",
)
_TRANSFER = {
    "status": "under_way",
    "to": "tel:+12025550142",
    "mode": "warm",
    "code": "",
    "message": "",
    "sipStatusCode": None,
    "requestedAt": _TIME,
    "endedAt": None,
}
TRANSFER = operation(
    "Calls",
    "calls_transfer",
    "Transfer a call",
    "Transfers a call in progress, and waits some seconds for the outcome "
    "(`TRANSFER_WAIT_SECONDS`). 200: the call was transferred. 202: the transfer is in progress, typically a warm one "
    "whose target is ringing. `GET /v1/calls/{id}/transfer`, the `call.transfer` webhook and the timeline have it. "
    "409 `transfer_failed` with the SIP status if the target did not accept it: the caller keeps the agent. "
    "409 `transfer_unknown` if the outcome is unknown: check the call before a retry. Allowed countries, premium-rate "
    "numbers and the do-not-call list apply here too.",
    {**CALL, "transfer": _TRANSFER},
    sent={"to": "+12025550142", "mode": "warm"},
    parameters=[CALL_ID],
    request=TransferSerializer,
    responses={
        200: TransferredCallSerializer,
        202: TransferredCallSerializer,
        503: OpenApiResponse(ErrorSerializer, description="LiveKit is unreachable."),
    },
)
TRANSFER_STATE = operation(
    "Calls",
    "calls_transfer_state",
    "Get the transfer of a call",
    "The call's latest transfer: `requested`, `under_way`, then `completed`, `failed` or `unknown`, with "
    "the reason. 404 if there is none.",
    _TRANSFER,
    parameters=[CALL_ID],
    responses={200: TransferStateSerializer},
)
DIGITS = operation(
    "Calls",
    "calls_dtmf",
    "Send DTMF",
    "Makes the agent worker of a call in progress send DTMF digits. The timeline event `digits.sent` confirms it "
    "with the number of digits, never the digits. 409 `no_worker` if no worker is in the room.",
    CALL,
    sent={"digits": "1w42#"},
    parameters=[CALL_ID],
    request=DigitsSerializer,
    responses={202: CallSerializer, 503: OpenApiResponse(ErrorSerializer, description="LiveKit is unreachable.")},
)
_LIST = "Do not call"
_NO_NUMBER = OpenApiResponse(ErrorSerializer, description="The value is not a phone number.")
_ENTRY = {
    "number": "+12025550199", "note": "Asked on the phone", "listedBy": "api", "addedBy": "CRM", "createdAt": _TIME,
}  # fmt: skip
_ADDED = {"added": 2, "known": 0}
DO_NOT_CALL = extend_schema_view(
    list=operation(_LIST, "do_not_call_list", "List do-not-call entries", "Newest first.", _ENTRY),
    create=operation(
        _LIST,
        "do_not_call_add",
        "Add numbers",
        "Adds numbers, at most 1,000 per request. Queued calls to them fail when due. Numbers that are already "
        "listed are not changed.",
        _ADDED,
        sent={"numbers": ["+12025550199", "+12025550142"], "note": "Asked on the phone"},
        request=AddNumbersSerializer,
        responses={201: AddedSerializer},
    ),
    retrieve=operation(
        _LIST, "do_not_call_retrieve", "Get an entry", "404 if it is not listed.", _ENTRY, parameters=[_NUMBER],
        responses={200: DoNotCallSerializer, 400: _NO_NUMBER},
    ),
    destroy=operation(
        _LIST, "do_not_call_remove", "Remove a number", parameters=[_NUMBER], responses={204: None, 400: _NO_NUMBER}
    ),
)  # fmt: skip
_IMPORTED = {
    "rows": 3, "numbers": 3, "added": 2, "known": 0, "duplicates": 0, "failed": 1, "preview": False, "changed": 1,
    "changes": [{"line": 3, "given": "(202) 555-0142", "number": "+12025550142"}],
    "failures": [
        {
            "line": 4,
            "cells": ["1.20256E+10", ""],
            "code": "rounded",
            "message": "The spreadsheet shortened this number to 6 digits. Format the column as text and enter the "
            "number again.",
        }
    ],
    "failedFile": "number,note,import line,import error\r\n1.20256E+10,,4,The spreadsheet shortened this number ...",
    "ignoredColumns": [], "encoding": "utf-8", "delimiter": ",",
}  # fmt: skip
IMPORT = operation(
    _LIST,
    "do_not_call_import",
    "Import a CSV file",
    "One number per line, optionally with a note; or a header row, columns in any order. Delimiter and encoding "
    "are detected. At most 1 MiB. `?preview=true` returns a preview. By default an invalid row rejects "
    "the file with 400 and all invalid lines, and nothing is added; `?mode=good` imports the valid rows.",
    _IMPORTED,
    sent="number,note\n+12025550199,Asked on the phone\n(202) 555-0142,\n",
    request={"text/csv": OpenApiTypes.STR},
    parameters=[ImportQuery],
    responses={200: ImportedSerializer, 201: ImportedSerializer},
)
