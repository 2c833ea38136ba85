"""Calls of acme in progress on the sandbox, and a dispatcher that runs."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Workspace
from calls.choices import CallStatus
from calls.models import Call, Transfer
from telephony.choices import ObjectKind
from telephony.livekit import client_for
from telephony.livekit.rooms import Dial, create_room, dial
from telephony.models import LiveKitObject, LiveKitProject, TelephonySettings
from telephony.sync.apply import sync_trunk
from telephony.sync.request import request_sync
from tests.calls.conftest import CALLEE, Line, make_line
from tests.calls.running import running_dispatcher
from tests.live.process import wait_until
from tests.sandbox import SandboxServer

InProgress = Callable[[], Call]


@pytest.fixture
def line(transactional_db: None, acme: Workspace, sandbox: SandboxServer) -> Line:
    """Acme's way out through the sandbox."""
    config = TelephonySettings.of(acme.pk)
    config.project = LiveKitProject.objects.create(
        name="Sandbox", url=sandbox.url, api_key=sandbox.key, api_secret=sandbox.secret
    )
    config.save()
    line = make_line(acme)
    LiveKitObject.objects.all().delete()  # as if it stood there: here it is to stand there
    request_sync(line.trunk.pk)
    sync_trunk(line.trunk.pk)
    return line


@pytest.fixture
def in_progress(line: Line) -> InProgress:
    """`in_progress()` gives a call whose phone is in its room."""

    def make() -> Call:
        call = line.place(scheduled_at=timezone.now() + timedelta(hours=1))  # no dispatcher's
        client, room = client_for(call.project), f"call-{call.pk}-1"
        client.run(create_room(room, agent_name="", agent_metadata={}, empty_seconds=60))
        trunk_id = LiveKitObject.objects.get(kind=ObjectKind.OUTBOUND).livekit_id
        asked = Dial(
            livekit_trunk_id=trunk_id, to=CALLEE, caller_id=line.number.number,
            room=room, identity="phone", ringing_seconds=10.0, max_seconds=600, attributes={},
        )  # fmt: skip
        client.run(dial(asked))
        Call.objects.filter(pk=call.pk).update(
            status=CallStatus.IN_PROGRESS, room_name=room, answered_at=timezone.now(), due_at=None
        )
        call.refresh_from_db()
        return call

    return make


@pytest.fixture
def dispatcher(line: Line) -> Iterator[Any]:
    with running_dispatcher() as dispatcher:
        yield dispatcher


def settled(call: Call) -> Transfer:
    """Wait for the outcome of a call's transfer, and give it."""

    def last() -> Transfer:
        return Transfer.objects.filter(call=call).latest("requested_at")

    wait_until(lambda: not last().is_open, "the transfer is over", 60)
    return last()
