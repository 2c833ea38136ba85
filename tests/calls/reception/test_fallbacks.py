"""Which fallback an inbound call uses, why, and that fallbacks which name each other come to an end."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from calls.choices import CallStatus, Reason, TransferStatus
from calls.livekit.room_monitor import _Look
from calls.models import Call, DoNotCall, Event, Reception, Recording, Transfer
from calls.reception.fallbacks import use_fallback
from calls.recordings import recording
from telephony.models import PhoneNumber, TelephonySettings
from tests.calls.agent.conftest import SESSION, WorkerFor
from tests.calls.events.conftest import Entrance
from tests.calls.reception.conftest import Comes, told
from tests.receiver import Receiver

FALLBACK, TARGET = "/internal/agent/fallback", "+12025550142"
FAILED = {"reason": "provider_failed", "detail": "The provider's tts failed."}
CLOSED = {"holidays": ["2026-03-02"]}  # when the caller comes
SAYS = {"fallback": "hang_up", "fallback_message": "Bye {{agent_name}}."}


def workspace(**fields: Any) -> None:
    TelephonySettings.objects.update(**fields)


def number(**fields: Any) -> None:
    PhoneNumber.objects.update(**fields)


@pytest.fixture(autouse=True)
def config(entrance: Entrance) -> None:
    TelephonySettings.of(entrance.workspace.pk)


def used(call: Call) -> list[tuple[str, str]]:
    events = Event.objects.filter(call=call, type="fallback.used").order_by("pk")
    return [(event.data["reason"], event.data["action"]) for event in events]


def test_within_hours_or_without_a_fallback_the_agent_answers(comes: Comes) -> None:
    workspace(**SAYS)
    assert used(comes()) == []
    Call.objects.all().delete()
    workspace(fallback="", **CLOSED)
    assert used(comes()) == []


def test_out_of_hours_the_endpoint_is_not_asked(comes: Comes, endpoint: Receiver, worker_for: WorkerFor) -> None:
    workspace(**SAYS, **CLOSED)
    call = comes()
    assert used(call) == [(Reason.OUTSIDE_HOURS, "hang_up")]
    assert endpoint.requests == []
    spoken = worker_for(call.project, call.room_name).get(SESSION).json()["fallback"]
    assert spoken == {"action": "hang_up", "message": f"Bye {call.agent.name if call.agent else ''}.", "local": False}


def test_the_number_wins_and_may_decline(comes: Comes) -> None:
    workspace(**SAYS, **CLOSED)
    number(fallback="transfer", fallback_to=TARGET)
    assert used(comes()) == [(Reason.OUTSIDE_HOURS, "transfer")]
    Call.objects.all().delete()
    number(fallback="none")
    assert used(comes()) == []
    number(fallback="", business_hours=[{"day": day, "opens": "00:00", "closes": "24:00"} for day in range(7)])
    workspace(holidays=[], business_hours=[{"day": 0, "opens": "00:00", "closes": "00:01"}])
    assert used(comes()) == []


def test_another_agent_answers_without_the_overrides_of_the_first(comes: Comes, second_agent: Any) -> None:
    number(fallback="agent", fallback_agent=second_agent)
    call = comes()
    Call.objects.filter(pk=call.pk).update(agent_overrides={"voice": "alloy"}, agent_revision=3)
    assert use_fallback(call, Reason.PROVIDER_FAILED)
    assert (call.agent, call.agent_overrides, call.agent_revision) == (second_agent, {}, None)


def test_a_to_b_to_a_ends(comes: Comes, second_agent: Any, worker_for: WorkerFor) -> None:
    call = comes()
    number(fallback="agent", fallback_agent=second_agent)
    workspace(fallback="agent", fallback_agent=call.agent_id)
    worker = worker_for(call.project, call.room_name)
    answer = worker.post(FALLBACK, FAILED).json()
    assert (answer["agent"]["name"], answer["fallback"]["action"]) == ("Night desk", "")
    assert told(call, "fallback.used")["message"] == FAILED["detail"]
    refused = worker.post(FALLBACK, FAILED)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "no_fallback")
    assert used(call) == [(Reason.PROVIDER_FAILED, "agent")]


@pytest.mark.parametrize("how", ["inactive", "outbound", "gone"])
def test_an_agent_that_may_not_answer_is_passed_over(comes: Comes, second_agent: Any, how: str) -> None:
    number(fallback="agent", fallback_agent=second_agent)
    workspace(**SAYS)
    if how == "gone":
        second_agent.delete()
    else:
        type(second_agent).objects.filter(pk=second_agent.pk).update(
            **({"active": False} if how == "inactive" else {"direction": "outbound"})
        )
    call = comes()
    assert use_fallback(call, Reason.PROVIDER_FAILED)
    assert used(call) == [(Reason.PROVIDER_FAILED, "hang_up")]


def test_after_a_failed_transfer_the_next_one_has_the_first_reason(comes: Comes, worker_for: WorkerFor) -> None:
    number(fallback="transfer", fallback_to=TARGET)
    workspace(**SAYS)
    call = comes()
    worker = worker_for(call.project, call.room_name)
    assert worker.post(FALLBACK, FAILED).json()["call"]["transferFirst"] is True
    answer = worker.post(FALLBACK, {"reason": "", "detail": "The transfer failed."}).json()
    assert (answer["fallback"]["local"], answer["call"]["transferFirst"]) == (True, False)
    assert used(call) == [(Reason.PROVIDER_FAILED, "transfer"), (Reason.PROVIDER_FAILED, "hang_up")]


def test_a_call_without_an_agent_has_its_fallback(comes: Comes, entrance: Entrance, worker_for: WorkerFor) -> None:
    entrance.agent and type(entrance.agent).objects.all().delete()
    workspace(**SAYS)
    call = comes()
    assert (call.agent, used(call)) == (None, [(Reason.NO_AGENT, "hang_up")])
    spoken = worker_for(call.project, call.room_name).get(SESSION).json()["fallback"]
    assert (spoken["action"], spoken["local"]) == ("hang_up", True)


def test_a_call_that_is_over_or_outbound_has_none(comes: Comes) -> None:
    workspace(**SAYS)
    call = comes()
    Call.objects.update(end_requested=Reason.HUNG_UP)
    assert not use_fallback(call, Reason.PROVIDER_FAILED)
    Call.objects.update(end_requested="", direction="outbound")
    assert not use_fallback(call, Reason.PROVIDER_FAILED)


def test_a_voicemail_without_a_storage_is_passed_over(comes: Comes, settings: Any) -> None:
    settings.RECORDING_S3_BUCKET = ""
    number(fallback="voicemail", fallback_message="Leave a message.", **CLOSED)
    workspace(**SAYS)
    assert used(comes()) == [(Reason.OUTSIDE_HOURS, "hang_up")]


def test_a_voicemail_is_recorded_where_calls_are_not(comes: Comes, settings: Any) -> None:
    settings.RECORDING_S3_BUCKET = settings.RECORDING_S3_ACCESS_KEY = settings.RECORDING_S3_SECRET = "recordings"
    workspace(fallback="voicemail", fallback_message="Leave a message.", **CLOSED)
    call = comes()
    recording.begin(call, announced=True)
    assert Recording.objects.get().call == call


class _Client:
    def run(self, operation: Any) -> Any:
        return []


def alone(call: Call) -> Call:
    """Nobody joins for long."""
    Call.objects.update(started_at=timezone.now() - timedelta(hours=1), agent_state="")
    TelephonySettings.objects.update(agent_absent="end")
    client: Any = _Client()
    call.refresh_from_db()
    _Look(call.project, client)._mind_agent(call, [])
    call.refresh_from_db()
    return call


def test_without_a_worker_a_ringing_caller_is_transferred_warm(comes: Comes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calls.transfers.requests.warm_route", lambda call: None)
    number(**SAYS)
    workspace(fallback="transfer", fallback_to=TARGET)
    call = alone(comes())
    transfer = Transfer.objects.get()
    assert (transfer.to, transfer.mode, call.status) == (f"tel:{TARGET}", "warm", CallStatus.RINGING)
    assert alone(call).end_requested == ""  # while it is in progress
    assert used(call) == [(Reason.AGENT_ABSENT, "transfer")]
    Transfer.objects.update(status=TransferStatus.FAILED)
    assert alone(call).end_requested == Reason.AGENT_ABSENT


def test_a_worker_that_comes_too_late_does_not_interfere(
    comes: Comes, worker_for: WorkerFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calls.transfers.requests.warm_route", lambda call: None)
    number(fallback="transfer", fallback_to=TARGET)
    call = alone(comes())
    assert worker_for(call.project, call.room_name).get(SESSION).status_code == 409


@pytest.mark.parametrize("to", [TARGET, "sip:desk@pbx.example.com"])
def test_a_refused_or_impossible_transfer_ends_the_call_with_its_reason_in_the_timeline(comes: Comes, to: str) -> None:
    number(fallback="transfer", fallback_to=to)
    call = comes()
    DoNotCall.objects.create(workspace=call.workspace, number=TARGET)
    assert alone(call).end_requested == Reason.AGENT_ABSENT
    assert told(call, "transfer.failed")["message"]
    assert not Transfer.objects.exists()


def test_only_its_worker_asks_for_a_fallback(comes: Comes, api: APIClient) -> None:
    workspace(**SAYS)
    comes()
    assert api.post(FALLBACK, FAILED).status_code == 401
    assert Reception.objects.count() == 0
