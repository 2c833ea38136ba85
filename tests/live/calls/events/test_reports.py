"""Calls as LiveKit's webhooks tell of them, and as its rooms do where the webhooks are lost."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from calls.choices import AgentState, CallStatus, Reason
from calls.livekit.expiry import reap
from calls.livekit.ingest import ingest_waiting
from calls.livekit.room_monitor import watch
from calls.models import Call, LiveKitEvent
from calls.services.timeline import note_agent
from telephony.choices import AgentAbsent
from telephony.livekit import client_for
from telephony.livekit.rooms import rooms
from tests.live.calls.conftest import Line
from tests.live.calls.events.conftest import CALLER, Dispatch, Doorbell, answered, taken, wait_for
from tests.live.calls.events.relay import Relay
from tests.live.process import wait_until

pytestmark = [pytest.mark.live, pytest.mark.postgres]
SOAK = os.environ.get("VOXA_SOAK") == "1"


def standing(call: Call) -> bool:
    return call.room_name in {room.name for room in client_for(call.project).run(rooms())}


def test_a_caller_becomes_a_call_and_hangs_up(doorbell: Doorbell) -> None:
    leg = doorbell.ring()
    call = taken(doorbell.number)
    assert call.sip_call_id
    assert call.livekit_call_id == leg
    assert (call.workspace, call.agent, call.from_number) == (doorbell.line.workspace, doorbell.line.agent, CALLER)
    assert call.number is not None
    doorbell.line.bridge.hangup(leg)
    call = wait_for(CallStatus.COMPLETED, pk=call.pk)
    assert call.reason == Reason.CALLER_HUNG_UP
    assert call.duration_seconds is not None
    assert not LiveKitEvent.objects.filter(type="participant_joined", ingested_at=None).exists()


def test_a_callee_who_hangs_up_ends_the_call(line: Line, dispatch_until: Dispatch) -> None:
    call = answered(line, dispatch_until, "+12025550202")
    call = wait_for(CallStatus.COMPLETED, pk=call.pk)
    assert call.reason == Reason.CALLEE_HUNG_UP
    assert call.duration_seconds in (1, 2, 3)


@pytest.mark.usefixtures("webhooks_lost")
def test_without_webhooks_the_rooms_tell_that_a_callee_is_gone(line: Line, dispatch_until: Dispatch) -> None:
    call = answered(line, dispatch_until, "+12025550201")
    wait_until(lambda: line.dials(call)[0]["status"] == "hangup", "the callee hung up")
    watch(call.project)
    call.refresh_from_db()
    assert (call.status, call.reason) == (CallStatus.COMPLETED, Reason.LOST)


@pytest.mark.usefixtures("webhooks_lost")
def test_without_webhooks_the_rooms_tell_of_callers(doorbell: Doorbell) -> None:
    leg = doorbell.ring()
    project = doorbell.line.trunk.workspace.telephony_settings.project
    watch(project)
    call = Call.objects.get(to_number=doorbell.number)
    assert (call.status, call.agent) == (CallStatus.IN_PROGRESS, doorbell.line.agent)
    watch(project)
    assert Call.objects.filter(to_number=doorbell.number, status=CallStatus.IN_PROGRESS).count() == 1
    doorbell.line.bridge.hangup(leg)

    def over() -> bool:
        watch(project)
        return Call.objects.filter(pk=call.pk, status=CallStatus.COMPLETED).exists()

    wait_until(over, "it ended", every=0.5)


def test_a_late_webhook_puts_right_what_the_rooms_told(
    line: Line, dispatch_until: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calls.livekit.ingest.wake", lambda: None)
    call = answered(line, dispatch_until, "+12025550201")
    wait_until(lambda: LiveKitEvent.objects.filter(type="participant_left").exists(), "the webhook")
    LiveKitEvent.objects.all().update(room_name="later")
    watch(call.project)
    call.refresh_from_db()
    assert call.reason == Reason.LOST
    LiveKitEvent.objects.all().update(room_name=call.room_name)
    ingest_waiting()
    call.refresh_from_db()
    assert (call.status, call.reason, call.duration_seconds) == (CallStatus.COMPLETED, Reason.CALLEE_HUNG_UP, 1)


def test_a_call_past_its_limit_is_hung_up(line: Line, dispatch_until: Dispatch) -> None:
    call = answered(line, dispatch_until)
    Call.objects.filter(pk=call.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    reap()
    call = wait_for(CallStatus.COMPLETED, pk=call.pk)
    assert call.reason == Reason.MAX_DURATION
    wait_until(lambda: line.dials(call)[0]["status"] == "hangup", "the phone let go")
    assert not standing(call)


def test_a_close_that_was_lost_is_asked_for_again(line: Line, dispatch_until: Dispatch) -> None:
    call = answered(line, dispatch_until)
    long_ago = timezone.now() - timedelta(minutes=1)
    Call.objects.filter(pk=call.pk).update(end_requested=Reason.HUNG_UP, updated_at=long_ago)
    reap()
    assert wait_for(CallStatus.COMPLETED, pk=call.pk).reason == Reason.HUNG_UP


def test_a_room_that_a_call_left_behind_is_closed(line: Line, dispatch_until: Dispatch) -> None:
    call = answered(line, dispatch_until)
    before = timezone.now() - timedelta(minutes=1)
    Call.objects.filter(pk=call.pk).update(status=CallStatus.COMPLETED, ended_at=before)
    watch(call.project)
    assert not standing(call)


def test_a_call_without_an_agent_asks_once_more_and_then_ends(line: Line, dispatch_until: Dispatch) -> None:
    call = answered(line, dispatch_until)
    watch(call.project)
    assert not call.events.filter(type="agent.absent").exists()
    Call.objects.filter(pk=call.pk).update(answered_at=timezone.now() - timedelta(seconds=11))
    watch(call.project)
    assert call.events.filter(type="agent.absent").exists()
    watch(call.project)
    assert Call.objects.get(pk=call.pk).status == CallStatus.IN_PROGRESS
    Call.objects.filter(pk=call.pk).update(agent_state_at=timezone.now() - timedelta(seconds=11))
    watch(call.project)
    ended = wait_for(CallStatus.FAILED, pk=call.pk)
    assert ended.reason == Reason.AGENT_ABSENT


def test_a_workspace_may_have_it_ended_without_asking_once_more(line: Line, dispatch_until: Dispatch) -> None:
    line.settings(agent_absent=AgentAbsent.END)
    call = answered(line, dispatch_until)
    for seconds, status in ((11, CallStatus.IN_PROGRESS), (21, CallStatus.FAILED)):
        Call.objects.filter(pk=call.pk).update(answered_at=timezone.now() - timedelta(seconds=seconds))
        watch(call.project)
        ended = wait_for(status, pk=call.pk)
    assert ended.reason == Reason.AGENT_ABSENT
    assert not call.events.filter(type="agent.absent").exists()


def test_a_call_whose_agent_went_away_is_told_from_one_that_none_took(line: Line, dispatch_until: Dispatch) -> None:
    call = answered(line, dispatch_until)
    for state, seconds in ((AgentState.JOINED, 30), (AgentState.LEFT, 25), (AgentState.ABSENT, 11)):
        note_agent(call, state, timezone.now() - timedelta(seconds=seconds))
    watch(call.project)
    assert wait_for(CallStatus.FAILED, pk=call.pk).reason == Reason.WORKER_LOST


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_slots_come_back_when_half_of_the_ends_are_lost(line: Line, dispatch_until: Dispatch, relay: Relay) -> None:
    relay.takes = lambda number: number % 2 == 0
    line.settings(max_concurrent_calls=2)
    calls = [line.place(f"+1202{number}0201") for number in range(555, 655 if SOAK else 561)]
    most: list[int] = []

    def done() -> bool:
        live = [dial for dial in line.dials() if dial["status"] in ("dialing", "ringing", "active")]
        most.append(len(live))
        watch(calls[0].project)
        return Call.objects.filter(pk__in=[call.pk for call in calls], status=CallStatus.COMPLETED).count() == len(
            calls
        )

    dispatch_until(done, 10 * len(calls))
    assert max(most) <= 2
