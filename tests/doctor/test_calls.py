"""Calls that nobody moves on, LiveKit's webhooks that do not come, and what calls failed of."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Workspace
from calls.choices import AttemptStatus, CallStatus, Reason
from calls.doctor import events, failures, queue
from calls.models import Attempt, Call, DialSlot, LiveKitEvent
from telephony.models import LiveKitProject
from tests.calls.conftest import Line, make_line
from tests.doctor.asking import found
from tests.sandbox import SandboxServer
from voxa.core.doctor.findings import Severity
from voxa.core.doctor.registry import Look, Scope

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def line(livekit: SandboxServer, acme: Workspace) -> Line:
    return make_line(acme)


def stands(line: Line, ago: timedelta = 5 * MINUTE, **fields: Any) -> Call:
    """Place a call and write how it stands, as of so long ago."""
    call, then = line.place(), timezone.now() - ago
    fields = {name: then if value is ... else value for name, value in fields.items()}
    Call.objects.filter(pk=call.pk).update(**{"updated_at": then, **fields})
    return call


def only(look: Look, globex: Workspace) -> Any:
    """Return the one finding, which is none of globex's."""
    (finding,) = found(look).values()
    assert found(look, Scope(globex)) == {}
    return finding


def test_calls_that_are_due_now_or_wait_for_their_turn_are_well(line: Line) -> None:
    stands(line, due_at=timezone.now())
    assert found(queue.look) == {}
    stands(line, due_at=...)
    then = timezone.now() + MINUTE
    DialSlot.objects.update_or_create(pk=line.trunk.pk, defaults={"next_at": then, "free_at": then, "full_until": then})
    assert found(queue.look) == {}


def test_due_calls_that_no_dispatcher_takes(line: Line, globex: Workspace) -> None:
    for _ in range(2):
        stands(line, due_at=...)
    finding = only(queue.look, globex)
    assert (finding.code, finding.severity) == ("calls.overdue", Severity.ERROR)
    assert finding.what == "2 calls are due, the oldest for 5 min, and no dispatcher claims them."


def test_calls_whose_dispatcher_is_gone(line: Line, globex: Workspace) -> None:
    stands(line, status=CallStatus.DIALING, leased_until=..., lease_token=uuid4())
    finding = only(queue.look, globex)
    assert finding.code == "calls.left_behind"
    assert finding.what.startswith("1 call is being dialed by a stopped dispatcher")


@pytest.mark.parametrize(
    "fields",
    [{"leased_until": ...}, {"leased_until": None, "end_requested": Reason.MAX_DURATION}],
    ids=["past its limit", "asked to end"],
)
def test_calls_that_should_have_ended(line: Line, globex: Workspace, fields: dict[str, Any]) -> None:
    stands(line, status=CallStatus.IN_PROGRESS, **fields)
    assert only(queue.look, globex).code == "calls.not_ended"


def test_webhooks_that_do_not_come_though_calls_are_answered(line: Line, globex: Workspace) -> None:
    stands(line, status=CallStatus.IN_PROGRESS, answered_at=...)
    finding = only(events.look, globex)
    assert (finding.code, finding.severity) == ("calls.no_events", Severity.WARNING)
    assert "/livekit/webhook" in finding.remedy
    came(LiveKitProject.default(), ingested_at=timezone.now())
    assert found(events.look) == {}


def test_webhooks_that_nobody_works_on(line: Line) -> None:
    came(LiveKitProject.default(), received_at=timezone.now() - 5 * MINUTE)
    assert found(events.look)["calls.events_waiting"].what.startswith("1 webhook was received from")


def came(project: LiveKitProject, **fields: Any) -> None:
    event = LiveKitEvent.objects.create(project=project, event_id="EV_1", type="room_started", payload={})
    LiveKitEvent.objects.filter(pk=event.pk).update(**fields)


def test_failures_of_the_last_hour_are_counted_by_what_somebody_can_mend(line: Line, globex: Workspace) -> None:
    for reason in (Reason.CARRIER_AUTH, Reason.CARRIER_AUTH, Reason.NOT_FOUND):
        stands(line, status=CallStatus.FAILED, reason=reason)
    old = stands(line, status=CallStatus.FAILED, reason=Reason.LOST)
    Call.objects.filter(pk=old.pk).update(created_at=timezone.now() - 70 * MINUTE)
    finding = only(failures.look, globex)
    assert (finding.code, finding.severity) == ("calls.carrier_auth", Severity.WARNING)
    assert finding.what.startswith("2 calls failed within the last hour: ")
    assert finding.remedy.startswith("Check the trunk's outbound authentication")


def failed_dial(line: Line, reason: Reason, text: str, minutes: int = 5) -> Attempt:
    call = line.place()
    at = timezone.now() - minutes * MINUTE
    gateway = line.trunk.gateways.get()
    return Attempt.objects.create(
        call=call, number=1, status=AttemptStatus.FAILED, trunk=line.trunk, gateway=gateway,
        room_name=f"call-{call.pk}-1", reason=reason, sip_status=text, started_at=at, dialed_at=at, ended_at=at,
    )  # fmt: skip


def test_a_gateway_that_cannot_be_reached_is_named_with_the_cause(line: Line, globex: Workspace) -> None:
    text = "dial tcp 192.0.2.1:5060: connect: connection refused"
    dial = failed_dial(line, Reason.GATEWAY_UNREACHABLE, text)
    finding = only(failures.look, globex)
    assert finding.code == "gateways.gateway_unreachable"
    assert finding.what == (
        f"Gateway 192.0.2.1:5060 (udp) of trunk Out: The gateway refused the connection. LiveKit: {text}"
    )
    assert "host, port and protocol" in finding.remedy
    failed_dial(line, Reason.GATEWAY_UNREACHABLE, text, minutes=70)
    Attempt.objects.filter(pk=dial.pk).update(started_at=timezone.now() - 61 * MINUTE)
    assert not list(failures.look(Scope(workspace=line.workspace)))


def test_a_gateway_that_calls_get_through_to_again_is_not_told_of(line: Line) -> None:
    failed_dial(line, Reason.CARRIER_AUTH, "max auth retry attempts reached for SIP invite")
    through = failed_dial(line, Reason.NONE, "", minutes=1)
    Attempt.objects.filter(pk=through.pk).update(answered_at=timezone.now(), status=AttemptStatus.ANSWERED)
    assert not list(failures.look(Scope(workspace=line.workspace)))
