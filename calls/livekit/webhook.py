"""`POST /livekit/webhook`: verify LiveKit's events and store them once; a task processes them."""

import base64
import hashlib
import json
import time
from http import HTTPStatus
from typing import Any

import jwt
from django.conf import settings
from django.db import DatabaseError, DataError, IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from google.protobuf.json_format import Parse, ParseError
from livekit.api import TokenVerifier
from livekit.protocol.webhook import WebhookEvent

from calls.livekit import ingest
from calls.livekit.room_state import EGRESS, TOLD
from calls.models import LiveKitEvent
from telephony.models import LiveKitProject
from telephony.selectors import projects_with_key
from voxa.core.bodies.reader import BodyRefused, receive

_UNSIGNED = (
    "The request is not signed by the key of any LiveKit project. Check webhook.api_key in the LiveKit configuration."
)
_known: dict[str, tuple[float, list[LiveKitProject]]] = {}  # by API key, with expiry


class _Refused(Exception):
    """Carries the status and message of an error response."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


@csrf_exempt
@require_POST
def livekit_webhook(request: HttpRequest) -> HttpResponse:
    """Store an event and return 200, also for a duplicate.

    LiveKit drops an event after a 4xx and retries for about 15 s after a 5xx, so 503 is only for errors on our side.
    """
    try:
        signers = _signers(request.headers.get("Authorization", "").removeprefix("Bearer "))
        body = _body(request)
        project, event = _verified(signers, body)
        _store(project, event, body)
    except _Refused as refused:
        return _answer(refused.status, str(refused))
    except DatabaseError:
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "The database is unavailable. Send the event again.")
    return HttpResponse(status=200)


def _body(request: HttpRequest) -> str:
    try:
        receive(request.META, "livekit")
        return request.body.decode()
    except BodyRefused as refused:
        raise _Refused(refused.status, refused.message) from None
    except UnicodeDecodeError:
        raise _Refused(HTTPStatus.BAD_REQUEST, "The body is not UTF-8.") from None


def _signers(token: str) -> list[tuple[LiveKitProject, str]]:
    """Return the projects whose key signed the token, before the body is parsed, and the digest that each signed."""
    found = []
    for project in _projects(_issuer(token)):
        key, secret = project.credentials
        if not (key and secret):  # the verifier would read missing values from the environment
            continue
        try:
            claims = TokenVerifier(key, secret).verify(token)
        except Exception:  # noqa: S112  # whatever the library raises, this key did not sign it
            continue
        found.append((project, claims.sha256 or ""))
    if not found:
        raise _Refused(HTTPStatus.UNAUTHORIZED, _UNSIGNED)
    return found


def _verified(signers: list[tuple[LiveKitProject, str]], body: str) -> tuple[LiveKitProject, WebhookEvent]:
    """Return the event and the project whose key signed it. (livekit-api's receiver would verify the token again.)"""
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    project = next((project for project, signed in signers if signed == digest), None)
    if project is None:
        raise _Refused(HTTPStatus.UNAUTHORIZED, _UNSIGNED)
    try:
        event = Parse(body, WebhookEvent(), ignore_unknown_fields=True)
    except ParseError:
        raise _Refused(HTTPStatus.BAD_REQUEST, "The body is not a LiveKit event.") from None
    if not (event.id and event.event):
        raise _Refused(HTTPStatus.BAD_REQUEST, "The event has no ID or no name.")
    return project, event


def _issuer(token: str) -> str:
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, UnicodeError):
        raise _Refused(HTTPStatus.UNAUTHORIZED, "The Authorization header holds no LiveKit token.") from None
    return issuer if isinstance(issuer, str) else ""


def _projects(key: str) -> list[LiveKitProject]:
    """Return the projects with an API key, cached for a few seconds.

    There is more than one if two servers use the same key; each needs a different secret.
    """
    known_until, projects = _known.get(key, (0.0, []))
    if known_until < time.monotonic():
        projects = projects_with_key(key)
        if projects:  # do not cache unknown keys
            _known[key] = (time.monotonic() + settings.LIVEKIT_KEYS_KEPT_SECONDS, projects)
    return projects


def _store(project: LiveKitProject, event: WebhookEvent, body: str) -> None:
    payload: dict[str, Any] = json.loads(body.replace("\\u0000", ""))  # PostgreSQL stores no NUL
    payload.get("room", {}).pop("turnPassword", None)
    room = event.room.name or event.egress_info.room_name
    row = LiveKitEvent(
        project_id=project.pk, event_id=event.id, type=event.event, room_name=room[:128], payload=payload
    )
    try:
        row.save(force_insert=True)
    except IntegrityError:
        return  # duplicate
    except DataError:
        raise _Refused(HTTPStatus.BAD_REQUEST, "The event's ID or name is too long.") from None
    if event.event in TOLD or event.event in EGRESS:
        transaction.on_commit(ingest.wake)


def _answer(status: HTTPStatus, message: str) -> HttpResponse:
    error: dict[str, Any] = {"code": status.name.lower(), "message": message, "status": status.value, "details": []}
    return JsonResponse({"error": error}, status=status)
