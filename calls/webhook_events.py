"""Webhook events about calls, with example data."""

from typing import Any

from accounts.webhook_events import EventType, register
from calls.models import Attempt, Call
from calls.presentation.payloads import attempt_json, call_json

_TRUNK = "0c0f5a4e-3f55-4a3c-8a43-2f8f9b0f6a10"
_ROOM = "call-6f1c2c52-6f0a-4f0e-9d5c-0d8f5a3b7e11-1"
_SIP_CALL_ID = "eK2gPQggHrn3q04QuixxZc0IStE"
_ATTEMPT: dict[str, Any] = {
    **attempt_json(Attempt()),
    "number": 1,
    "status": "ringing",
    "trunkId": _TRUNK,
    "gatewayId": "9a1c3c84-2f4b-4b0e-8f6e-5e0f6a7b8c33",
    "roomName": _ROOM,
    "livekitCallId": "SCL_7nVbq2RkXw3M",
    "startedAt": "2026-01-05T09:30:01Z",
    "ringingAt": "2026-01-05T09:30:03Z",
}
_CALL: dict[str, Any] = {
    **call_json(Call(), ()),
    "id": "6f1c2c52-6f0a-4f0e-9d5c-0d8f5a3b7e11",
    "direction": "outbound",
    "status": "ringing",
    "to": "+15550100001",
    "from": "+15550100000",
    "trunkId": _TRUNK,
    "agentId": "b1d1b9b6-6a53-4a8a-9a38-6b1f0f0c2d22",
    "agentRevision": None,
    "roomName": _ROOM,
    "livekitCallId": "SCL_7nVbq2RkXw3M",
    "attempts": [_ATTEMPT],
    "queuedAt": "2026-01-05T09:30:00Z",
    "startedAt": "2026-01-05T09:30:01Z",
    "metadata": {"orderId": "1042"},
}
_ANSWERED, _ENDED = "2026-01-05T09:30:09Z", "2026-01-05T09:31:21Z"
_OVER: dict[str, Any] = {
    **_CALL,
    "status": "completed",
    "reason": "callee_hung_up",
    "sipCallId": _SIP_CALL_ID,
    "sipStatusCode": 200,
    "attempts": [
        {
            **_ATTEMPT,
            "status": "ended",
            "sipCallId": _SIP_CALL_ID,
            "sipStatusCode": 200,
            "answeredAt": _ANSWERED,
            "endedAt": _ENDED,
        }
    ],
    "answeredAt": _ANSWERED,
    "endedAt": _ENDED,
    "durationSeconds": 72,
}

_TRANSFER = {
    "status": "failed",
    "to": "tel:+15550100042",
    "mode": "warm",
    "code": "transfer_failed",
    "message": "The call was not transferred: busy. The caller keeps the agent.",
    "sipStatusCode": 486,
    "requestedAt": "2026-01-05T09:30:40Z",
    "endedAt": "2026-01-05T09:30:52Z",
}
_ANALYSIS = {
    "status": "done",
    "summary": "The caller asked whether the shop is open today. The agent said until six.",
    "outcome": "Question answered",
    "fields": {"callBack": False},
    "templateId": "4a1d7c52-2f0a-4b1e-9d5c-7e8f5a3b7e22",
    "templateName": "Callbacks",
    "error": "",
    "analyzedAt": "2026-01-05T09:31:30Z",
}

_ALERT: dict[str, Any] = {
    "id": "d3c3f8a0-7f6d-4a52-9f0e-1a2b3c4d5e44",
    "rule": {
        "id": "e4d4f9b1-8a7e-4b63-8a1f-2b3c4d5e6f55",
        "name": "Answer rate of Acme Telecom",
        "condition": "answer_rate",
    },
    "trunkId": _TRUNK,
    "threshold": 30.0,
    "text": "12% of 25 calls by trunk Acme Telecom in 60 minutes were answered.",
    "startedAt": "2026-01-05T09:35:00Z",
    "endedAt": None,
}

register(
    EventType("alert.started", "Alert started", "The condition of an alert rule holds.", _ALERT),
    EventType(
        "alert.ended",
        "Alert ended",
        "The condition of an alert rule is gone. `startedAt` is the start of the alert.",
        {
            **_ALERT,
            "text": "41% of 27 calls by trunk Acme Telecom in 60 minutes were answered.",
            "endedAt": "2026-01-05T10:20:00Z",
        },
    ),
    EventType(
        "call.status",
        "Call status changed",
        "The status of a call changed: queued, dialing, ringing, in_progress, completed, busy, no_answer, failed or "
        "canceled. The data is the call as returned by the API.",
        _CALL,
    ),
    EventType(
        "call.transfer",
        "Transfer ended",
        "The result of a transfer: the call as returned by the API, with the transfer, which is `completed`, `failed` "
        "(the caller stays with the agent) or `unknown`.",
        {**_CALL, "status": "in_progress", "transfer": _TRANSFER},
    ),
    EventType(
        "call.ended",
        "End-of-call report",
        "The end-of-call report, once per call: the call as returned by the API, with its times and attempts.",
        _OVER,
    ),
    EventType(
        "call.report",
        "Conversation report",
        "Sent once per conversation, some seconds after `call.ended`: the call as returned by the API, "
        "with transcript, metrics and analysis. For agents with `analyzesCalls` it waits for the analysis, at most two "
        "minutes; then it is `pending` here and follows with `call.analyzed`. For others it is `none`.",
        {
            **_OVER,
            "transcript": [
                {
                    "speaker": "agent",
                    "text": "Hello, this is Acme.",
                    "startedAt": _ANSWERED,
                    "endedAt": "2026-01-05T09:30:11Z",
                    "interrupted": False,
                    "sources": [],
                }
            ],
            "measures": {"firstWordSeconds": 0.41, "turns": 6, "turnSecondsMedian": 0.92, "turnSecondsLongest": 1.7},
            "detail": "",
            "finished": True,
            "analysis": _ANALYSIS,
        },
    ),
    EventType(
        "call.analyzed",
        "Conversation analysis",
        "The analysis of a conversation by a language model, for agents with `analyzesCalls`, some seconds after "
        "`call.ended`: the call as returned by the API, with its analysis. The analysis has the status `failed` and an "
        "`error` if it failed.",
        {
            **_OVER,
            "analysis": _ANALYSIS,
        },
    ),
)
