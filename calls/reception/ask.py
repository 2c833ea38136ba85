"""Ask a call's endpoint, signed like webhooks are, and carry out its answer.

Source of the signatures: Standard Webhooks 1.0.0.
"""

import json
import logging
import time
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.choices import ExternalWork
from accounts.services.external_leases import external_lease
from calls.choices import AskStatus, EventType
from calls.models import Call, Reception
from calls.reception.answers import Wrong, read_answer
from calls.reception.requests import LIMIT, endpoint_of, finish
from telephony.models.answering import Answering
from telephony.services.tool_secrets import signed
from voxa.core import safe_http

logger = logging.getLogger(__name__)

TYPE = "call.incoming"
LONGEST = 32_768  # bytes of an answer
BUSY = "Too many assistant requests of the workspace are running."
ON = "The call goes on with its stored agent."


def ask_endpoint(call_id: UUID) -> None:
    """Ask about a waiting call, once, however often the task runs, and carry out the answer."""
    now, began = timezone.now(), time.monotonic()
    waiting = Reception.objects.filter(call=call_id, status=AskStatus.REQUESTED, requested_at__gt=now - LIMIT)
    reception = waiting.select_related("call__workspace", "call__number", "call__agent").first()
    if reception is None or not waiting.update(status=AskStatus.UNDER_WAY):
        return
    left = (reception.requested_at + LIMIT - now).total_seconds()
    told: dict[str, Any] = {}
    try:
        changes = _outcome(reception.call, left, told)
    except Wrong as error:
        kind, told, changes = EventType.ASSISTANT_FAILED, {**told, "message": f"{error} {ON}"}, {}
    except Exception:
        logger.exception("The endpoint of call %s could not be asked.", call_id)
        words = f"The request failed on our side. {ON}"
        kind, told, changes = EventType.ASSISTANT_FAILED, {"message": words}, {}
    else:
        kind = EventType.ASSISTANT_ANSWERED
    told["seconds"] = round(time.monotonic() - began, 2)
    finish(reception.call, kind, told, **changes)


def _outcome(call: Call, seconds: float, told: dict[str, Any]) -> dict[str, Any]:
    """Return the changes of the call that its endpoint answers, and add to `told` what the timeline shows.

    Raise `Wrong` if there is no usable answer.
    """
    endpoint = endpoint_of(call)
    if endpoint is None:
        raise Wrong("The endpoint was removed.")
    with external_lease(call.workspace_id, ExternalWork.ASSISTANT) as may:
        if not may:
            raise Wrong(BUSY)
        answer = _send(call, endpoint, seconds)
    told["httpStatus"] = answer.status
    if not answer.ok:
        words = "redirects are not followed. Enter the final URL." if 300 <= answer.status < 400 else "expected 200."
        raise Wrong(f"HTTP {answer.status}: {words}")
    if answer.truncated:
        raise Wrong(f"The answer is longer than {LONGEST:,} bytes.")
    return read_answer(call, answer.body, told)


def _send(call: Call, endpoint: Answering, seconds: float) -> safe_http.Answer:
    text = _body(call)
    headers = signed(str(endpoint.assistant_request_secret), f"assistant_{call.pk.hex}", text)
    limits = safe_http.Limits(connect=seconds, read=seconds, total=seconds, max_bytes=LONGEST)
    try:
        return safe_http.send(
            "POST", endpoint.assistant_request_url, headers=headers, content=text.encode(), limits=limits
        )
    except safe_http.OutboundError as error:
        raise Wrong(str(error)) from None


def _body(call: Call) -> str:
    told = {
        "id": str(call.pk),
        "direction": call.direction,
        "to": call.to_number,
        "from": call.from_number,
        "trunkId": str(call.trunk_id) if call.trunk_id else None,
        "agentId": str(call.agent_id) if call.agent_id else None,
    }
    at = timezone.now().isoformat().replace("+00:00", "Z")
    return json.dumps({"type": TYPE, "timestamp": at, "data": {"call": told}}, separators=(",", ":"))
