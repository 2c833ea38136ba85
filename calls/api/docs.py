"""What the OpenAPI schema says of each operation."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from calls.api.serializers import (
    AddedSerializer,
    AddNumbersSerializer,
    AnalysisSerializer,
    CallSerializer,
    DigitsSerializer,
    DoNotCallSerializer,
    PlaceCallSerializer,
    RecordingSerializer,
    TimelineSerializer,
    TranscriptSerializer,
    TransferredCallSerializer,
    TransferSerializer,
    TransferStateSerializer,
)
from calls.services.place import NOT_CONFIGURED
from voxa.core.api.imports import ImportedSerializer, ImportQuery
from voxa.core.api.schema import ErrorSerializer

F = TypeVar("F", bound=Callable[..., Any])
_ID = "7f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d2"
_TIME = "2026-03-01T09:30:00.000000Z"
_NEW = {
    "to": "+12025550123",
    "from": "+15550100000",
    "agentId": _ID,
    "scheduledAt": "2027-03-01T14:00:00Z",
    "notAfter": "2027-03-01T18:00:00Z",
    "metadata": {"orderId": "1042"},
}
_CALL: dict[str, Any] = {
    "id": "6f1c2c52-6f0a-4f0e-9d5c-0d8f5a3b7e11",
    "direction": "outbound",
    "status": "queued",
    "reason": "",
    "to": "+12025550123",
    "from": "+15550100000",
    "trunkId": _ID,
    "agentId": _ID,
    "roomName": "",
    "sipCallId": "",
    "livekitCallId": "",
    "sipStatusCode": None,
    "attempts": [],
    "scheduledAt": "2027-03-01T14:00:00Z",
    "notAfter": "2027-03-01T18:00:00Z",
    "queuedAt": _TIME,
    "startedAt": None,
    "answeredAt": None,
    "endedAt": None,
    "durationSeconds": None,
    "metadata": {"orderId": "1042"},
}
_EVENTS: dict[str, Any] = {
    "next": None,
    "previous": None,
    "results": [{"type": "call.queued", "at": _TIME, "attempt": None, "data": {}}],
}
_TRANSCRIPT: dict[str, Any] = {
    "transcript": [
        {"speaker": "agent", "text": "Hello, this is Acme.", "startedAt": _TIME, "endedAt": _TIME, "interrupted": False}
    ],
    "measures": {"firstWordSeconds": 0.41, "turns": 1},
    "detail": "",
    "finished": True,
}
_CALL_ID = OpenApiParameter("id", OpenApiTypes.UUID, "path", description="The call's id.")
_NUMBER = OpenApiParameter("number", OpenApiTypes.STR, "path", description="In any spelling, such as +12025550123.")


def _operation(
    tag: str, name: str, summary: str, description: str = "", answer: Any = None, **more: Any
) -> Callable[[F], F]:
    sent = more.pop("sent", None)
    media_type = next(iter(more.get("request") or {}), None) if isinstance(more.get("request"), dict) else None
    examples = [OpenApiExample("Request", sent, request_only=True, media_type=media_type)] if sent else []
    if answer is not None:
        responses = more.get("responses", {200: None})
        kind = next(iter(responses.values()))
        same = [str(status) for status, body in responses.items() if body is kind]
        examples.append(OpenApiExample("Answer", answer, response_only=True, status_codes=same))
    description = description or f"{summary}."
    return extend_schema(
        tags=[tag], operation_id=name, summary=summary, description=description, examples=examples, **more
    )


def _accepted(name: str, summary: str, description: str, more: dict[int, Any] | None = None) -> Callable[[F], F]:
    responses: dict[int, Any] = {202: CallSerializer, **(more or {})}
    return _operation(
        "Calls", name, summary, description, _CALL, parameters=[_CALL_ID], request=None, responses=responses
    )


CALLS = extend_schema_view(
    list=_operation("Calls", "calls_list", "List calls", "Calls, newest first, with their attempts.", _CALL),
    create=_operation(
        "Calls",
        "calls_create",
        "Place a call",
        "Queues a call, which is dialled when it is due and the workspace's policies allow it. What they refuse for "
        "good ends as `failed` with the reason; what will pass later is put off until then.",
        _CALL,
        sent=_NEW,
        request=PlaceCallSerializer,
        responses={201: CallSerializer},
    ),
    retrieve=_operation("Calls", "calls_retrieve", "Get a call", answer=_CALL, parameters=[_CALL_ID]),
)
EVENTS = _operation(
    "Calls",
    "calls_events",
    "Get a call's timeline",
    "Everything that happened, oldest first, the last 1,000 lines at most.",
    _EVENTS,
    parameters=[_CALL_ID],
    filters=False,
    responses={200: TimelineSerializer},
)
TRANSCRIPT = _operation(
    "Calls",
    "calls_transcript",
    "Get a call's transcript",
    "What was said, as far as the agent has reported it; empty for a call without a conversation.",
    _TRANSCRIPT,
    parameters=[_CALL_ID],
    filters=False,
    responses={200: TranscriptSerializer},
)
ANALYSIS = _operation(
    "Calls",
    "calls_analysis",
    "Get a call's analysis",
    "What a language model made of the conversation, where its agent has `analyzesCalls`; status `none` where not. It "
    "comes some seconds after the end, and `call.analyzed` tells when.",
    {
        "status": "done",
        "summary": "The caller asked whether the shop is open today. The agent said until six.",
        "outcome": "Question answered",
        "fields": {"callBack": False},
        "error": "",
        "analyzedAt": _TIME,
    },
    parameters=[_CALL_ID],
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
RECORDING = _operation(
    "Calls",
    "calls_recording",
    "Get a call's recording",
    "Where the workspace has `recordCalls`, conversations are recorded once the announcement was said; the file is "
    "saved some seconds after the end.",
    {**_PART, "parts": [_PART]},
    parameters=[_CALL_ID],
    filters=False,
    responses={200: RecordingSerializer},
)
DISPATCH = _accepted(
    "calls_dispatch",
    "Dispatch a call now",
    "Makes a queued call due at once, whenever it was scheduled; policies and limits hold all the same. 503 "
    "`telephony_not_configured` where LiveKit is not configured.",
    {503: OpenApiResponse(ErrorSerializer, description=NOT_CONFIGURED)},
)
CANCEL = _accepted(
    "calls_cancel",
    "Cancel a call",
    "Calls an outbound call off before it is answered. A queued one ends at once; one that is being dialled ends when "
    "LiveKit has let go of it.",
)
HANG_UP = _accepted(
    "calls_hangup",
    "Hang up",
    "Ends a call under way. The answer shows it as it is; `call.ended` tells when it is over.",
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
TRANSFER = _operation(
    "Calls",
    "calls_transfer",
    "Hand a call over",
    "Has a call in progress handed over, and waits for what comes of it for some seconds "
    "(`TRANSFER_WAIT_SECONDS`). 200: it is handed over. 202: it goes on, as a warm transfer usually does while a "
    "phone rings. `GET /v1/calls/{id}/transfer`, the webhook `call.transfer` and the timeline tell the outcome. "
    "409 `transfer_failed` with the SIP status where the third party did not take it: the caller keeps the agent. "
    "409 `transfer_unknown` where nobody knows: look at the call before you ask again. Countries, premium-rate "
    "numbers and the do-not-call list hold here too.",
    {**_CALL, "transfer": _TRANSFER},
    sent={"to": "+12025550142", "mode": "warm"},
    parameters=[_CALL_ID],
    request=TransferSerializer,
    responses={
        200: TransferredCallSerializer,
        202: TransferredCallSerializer,
        503: OpenApiResponse(ErrorSerializer, description="LiveKit was not reached."),
    },
)
TRANSFER_STATE = _operation(
    "Calls",
    "calls_transfer_state",
    "See what became of a transfer",
    "The last transfer that was asked for: `requested`, `under_way`, then `completed`, `failed` or `unknown`, with "
    "why. 404 where none was.",
    _TRANSFER,
    parameters=[_CALL_ID],
    responses={200: TransferStateSerializer},
)
DIGITS = _operation(
    "Calls",
    "calls_dtmf",
    "Press keys",
    "Has the agent worker in a call in progress press keys (DTMF). The timeline tells by `digits.sent` that it did, "
    "and how many, never which. 409 `no_worker` where no worker is in the room.",
    _CALL,
    sent={"digits": "1w42#"},
    parameters=[_CALL_ID],
    request=DigitsSerializer,
    responses={202: CallSerializer, 503: OpenApiResponse(ErrorSerializer, description="LiveKit was not reached.")},
)

_LIST = "Do not call"
_NO_NUMBER = OpenApiResponse(ErrorSerializer, description="What was sent is no phone number.")
_ENTRY = {
    "number": "+12025550199", "note": "Asked on the phone", "listedBy": "api", "addedBy": "CRM", "createdAt": _TIME,
}  # fmt: skip
_ADDED = {"added": 2, "known": 0}
DO_NOT_CALL = extend_schema_view(
    list=_operation(_LIST, "do_not_call_list", "List who is not called", "Newest first.", _ENTRY),
    create=_operation(
        _LIST,
        "do_not_call_add",
        "Add numbers",
        "Adds numbers, at most 1,000 at once. Calls to them that wait in the queue fail when they are due. A number on "
        "the list stays as it is.",
        _ADDED,
        sent={"numbers": ["+12025550199", "+12025550142"], "note": "Asked on the phone"},
        request=AddNumbersSerializer,
        responses={201: AddedSerializer},
    ),
    retrieve=_operation(
        _LIST, "do_not_call_retrieve", "Look a number up", "404 if it may be called.", _ENTRY, parameters=[_NUMBER],
        responses={200: DoNotCallSerializer, 400: _NO_NUMBER},
    ),
    destroy=_operation(
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
IMPORT = _operation(
    _LIST,
    "do_not_call_import",
    "Import a CSV file",
    "A number a line, a note beside it if wanted; or headings in the first line, in any order. Delimiter and encoding "
    "are found out. At most 1 MiB. `?preview=true` tells what would be done. By default a wrong row refuses the file "
    "with 400, each wrong line named, and nothing is added; `?mode=good` adds the other rows.",
    _IMPORTED,
    sent="number,note\n+12025550199,Asked on the phone\n(202) 555-0142,\n",
    request={"text/csv": OpenApiTypes.STR},
    parameters=[ImportQuery],
    responses={200: ImportedSerializer, 201: ImportedSerializer},
)
