"""LiveKit's webhooks taken in, against a bare Django view that verifies and inserts, and does nothing else."""

import base64
import hashlib
import json
import uuid
from datetime import timedelta
from itertools import count

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from livekit.api import AccessToken, TokenVerifier, WebhookReceiver

from telephony.models import LiveKitProject
from tests.load.replay import Bare
from tests.load.report import Line, interleaved, say

EVENTS = 300  # of each side a repeat
TARGET = 0.7
KEY, SECRET = "benchkey", "a-secret-of-32-characters-or-more-for-benchmarks"
ATTRIBUTES = {"sip.callStatus": "active", "sip.phoneNumber": "+15550100001", "sip.trunkPhoneNumber": "+15550100000"}
_ids = count(1)


def signed() -> tuple[str, str]:
    """Return an event as LiveKit sends it, and its token."""
    number = next(_ids)
    who = {"sid": f"PA_{number}", "identity": "sip_1", "kind": "SIP", "attributes": ATTRIBUTES, "state": "ACTIVE"}
    room = {"sid": f"RM_{number}", "name": f"call-_+15550100001_{number}", "creationTime": "1795219562"}
    event = {"event": "participant_joined", "room": room, "participant": who, "createdAt": "1795219562"}
    body = json.dumps({**event, "id": f"EV_bench_{number}"})
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    return body, AccessToken(KEY, SECRET).with_sha256(digest).with_ttl(timedelta(hours=1)).to_jwt()


def bare_view(project: LiveKitProject) -> Bare:
    receiver = WebhookReceiver(TokenVerifier(KEY, SECRET))
    mark = "%s"

    def view(request: HttpRequest) -> HttpResponse:
        body = request.body.decode()
        event = receiver.receive(body, request.headers["Authorization"])
        key, owner = uuid.uuid4(), project.pk
        ids = (key, owner) if connection.vendor == "postgresql" else (key.hex, owner.hex)
        row = (*ids, event.id, event.event, event.room.name, body, timezone.now(), 0)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO calls_livekitevent (id, project_id, event_id, type, room_name, payload, received_at,"
                f" failures) VALUES ({', '.join([mark] * len(row))}) ON CONFLICT DO NOTHING",
                row,
            )
        return HttpResponse()

    return Bare(view)


def measure(repeats: int) -> list[Line]:
    """Time both in turn in this process: no server or socket flatters the ratio."""
    say(f"taking in {EVENTS} webhooks a repeat ...")
    project = LiveKitProject.objects.create(
        name="Webhooks", url="ws://webhooks.example.org", api_key=KEY, api_secret=SECRET
    )
    bare, voxa, factory = bare_view(project), WSGIHandler(), RequestFactory()

    def requests(path: str) -> list[HttpRequest]:
        sent = (signed() for _ in range(EVENTS))
        return [
            factory.post(path, body, "application/webhook+json", headers={"authorization": token})
            for body, token in sent
        ]

    ready: dict[str, list[HttpRequest]] = {}

    def prepare() -> None:
        ready.update(ours=requests("/livekit/webhook"), bare=requests("/bare"))

    def ours() -> None:
        for request in ready["ours"]:
            answer = voxa.get_response(request)
            assert answer.status_code == 200, getattr(answer, "content", b"")

    def floor() -> None:
        for request in ready["bare"]:
            bare.send(request)

    prepare()
    ours()
    floor()
    _, mine, bottom = interleaved(repeats, prepare, ours, floor)
    detail = f"{EVENTS / mine:.0f}/s, bare verify and insert {EVENTS / bottom:.0f}/s"
    return [Line("webhooks, rate", bottom / mine, f">= {TARGET}", bottom / mine >= TARGET, detail)]
