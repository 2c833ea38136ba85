"""What LiveKit and the worker get of a row that the API wrote."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from livekit import api as lk
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.choices import Direction
from calls.dialer.rate_limits import Limit, trunk_limit
from calls.dialer.request import dial_request
from calls.models import Call
from calls.routing.route import Hop, Route
from telephony.livekit import messages
from telephony.livekit.rooms import Dial
from telephony.models import Trunk
from telephony.services.numbers import add_number
from telephony.sync.plan import plan
from telephony.sync.resolution import Resolution
from telephony.sync.rows import read_trunks
from tests.telephony.conftest import TRUNKS

NUMBER, CALLEE = "+442079460123", "+442079460456"


@dataclass(frozen=True)
class Seen:
    """A trunk as LiveKit and the dispatcher see it, and as the API shows it."""

    row: Trunk
    outbound: list[lk.SIPOutboundTrunkInfo]
    inbound: lk.SIPInboundTrunkInfo | None
    dial: Dial
    limit: Limit
    shown: dict[str, Any]


def see(api: APIClient, acme: Workspace, body: dict[str, Any]) -> Seen:
    """Create a trunk by the API, attach a number, and return what is made of it."""
    answer = api.post(TRUNKS, body, format="json")
    assert answer.status_code == 201, answer.json()
    trunk = Trunk.objects.get(pk=answer.json()["id"])
    number = add_number(trunk, NUMBER)
    planned = plan(read_trunks([trunk.pk])[0], uuid4())
    call = Call(workspace=acme, direction=Direction.OUTBOUND, from_number=NUMBER, to_number=CALLEE)
    dial = dial_request(
        call,
        Route((Hop("ST_1"),), trunk, number),
        Hop("ST_1"),
        to_number=CALLEE,
        caller_id=NUMBER,
        room="call-1",
        identity="phone",
        ringing=45.0,
    )
    return Seen(
        row=trunk,
        outbound=[messages.outbound_message(one.spec) for one in planned.outbound],  # type: ignore[arg-type]
        inbound=messages.inbound_message(planned.inbound.spec) if planned.inbound else None,  # type: ignore[arg-type]
        dial=dial,
        limit=trunk_limit(trunk),
        shown=answer.json(),
    )


@pytest.fixture(autouse=True)
def _names_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolve every name to one address, without a name server."""
    seen = Resolution((("203.0.113.7", datetime(2026, 1, 1, tzinfo=UTC)),))
    monkeypatch.setattr(Resolution, "read", classmethod(lambda cls, stored, host: seen))
