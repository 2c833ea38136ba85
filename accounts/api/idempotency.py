"""`Idempotency-Key` on a POST: the first response is stored and returned again, so clients may safely repeat."""

import json
import re

from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import IdempotencyRecord, Workspace
from accounts.services import idempotency as records
from voxa.core.api.errors import ApiError, Detail

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


class Replay(Exception):
    """Ends a request with a stored response."""

    def __init__(self, response: Response) -> None:
        super().__init__("answered before")
        self.response = response


def begin(request: Request, workspace: Workspace) -> None:
    """Claim the key of a POST, if it has one.

    Raise `Replay` with the stored response, `ApiError` 409 while the first request is in progress (or was cut off), 422
    if the key was used for another request.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return
    if not _KEY.fullmatch(key):
        message = f"{HEADER} must have 1 to 255 visible ASCII characters, such as a UUID."
        raise ApiError("validation_error", message, 400, [Detail(HEADER, "invalid", message)])
    record, claimed = records.claim(workspace, key, _fingerprint(request))
    if not claimed:
        raise Replay(_answer(record, _fingerprint(request)))
    request._request.idempotency_record = record  # type: ignore[attr-defined]


def finish(request: Request, response: Response) -> None:
    """Store the rendered response of a claimed request. 400 and 5xx have no lasting effect and free the key."""
    record: IdempotencyRecord | None = getattr(request._request, "idempotency_record", None)
    if record is None:
        return
    if response.status_code == 400 or response.status_code >= 500:
        records.release(record)
    else:
        response.add_post_render_callback(
            lambda rendered: records.keep(record, rendered.status_code, rendered.content.decode())
        )


def _fingerprint(request: Request) -> str:
    """Return a keyed hash of method, path and body; the input may contain secrets."""
    asked = [request.method, request.get_full_path(), request.data]
    told = json.dumps(asked, sort_keys=True, default=bytes.hex)  # a file that is sent is bytes
    return salted_hmac("voxa.idempotency", told, algorithm="sha256").hexdigest()


def _answer(record: IdempotencyRecord, fingerprint: str) -> Response:
    if record.request_hash != fingerprint:
        message = "This Idempotency-Key was used for another request. Use a new key."
        raise ApiError("idempotency_key_reused", message, 422)
    if record.status is None:
        if records.is_cut_off(record):
            message = (
                "The first request with this key was cut off and may have taken effect. Check, then use a new key."
            )
            raise ApiError("idempotency_outcome_unknown", message, 409)
        message = "The first request with this key is still in progress."
        raise ApiError("idempotency_in_progress", message, 409, retry_after=1)
    body = json.loads(record.answer) if record.answer else None
    return Response(body, status=record.status, headers={REPLAYED: "true"})
