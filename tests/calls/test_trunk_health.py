"""How the last hour's calls fared at each trunk's carrier."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Workspace
from calls.choices import CallStatus, Reason
from calls.models import Call
from calls.services.trunk_health import note_calls
from telephony.models import TrunkHealth
from telephony.services.gateway_checks import forget
from telephony.trunk_states import TrunkState, state_of
from tests.calls.conftest import Line, make_line


@pytest.fixture
def line(acme: Workspace) -> Line:
    return make_line(acme)


def ended(line: Line, status: CallStatus, reason: Reason, minutes: float = 5, **more: Any) -> Call:
    call = line.place()
    at = timezone.now() - timedelta(minutes=minutes)
    answered = at if status == CallStatus.COMPLETED else None
    values = {"trunk": line.trunk, "created_at": at, "answered_at": answered, "ended_at": at, **more}
    Call.objects.filter(pk=call.pk).update(status=status, reason=reason, **values)
    return call


def noted() -> TrunkHealth:
    note_calls()
    return TrunkHealth.objects.get()


def test_calls_are_counted_by_what_the_carrier_made_of_them(line: Line) -> None:
    ended(line, CallStatus.COMPLETED, Reason.CALLEE_HUNG_UP)
    ended(line, CallStatus.BUSY, Reason.BUSY, sip_status_code=486)
    ended(line, CallStatus.FAILED, Reason.GATEWAY_ERROR, sip_status_code=503)
    ended(line, CallStatus.FAILED, Reason.DO_NOT_CALL)  # never reached the carrier
    ended(line, CallStatus.FAILED, Reason.GATEWAY_ERROR, minutes=61)
    row = noted()
    assert (row.ended, row.answered, row.refused) == (3, 1, 1)
    assert row.last_error == "The carrier's gateway failed: the carrier responded 503 Service Unavailable."
    assert row.last_remedy.startswith("Add a second gateway")
    assert state_of(line.trunk) == TrunkState.VERIFIED


def test_a_wrong_password_is_told_by_the_first_call(line: Line) -> None:
    ended(line, CallStatus.COMPLETED, Reason.CALLEE_HUNG_UP, minutes=20)
    ended(line, CallStatus.FAILED, Reason.CARRIER_AUTH, sip_status_code=407)
    row = noted()
    assert (row.auth_failing, state_of(line.trunk)) == (True, TrunkState.DEGRADED)
    assert "407 Proxy Authentication Required" in row.last_error
    ended(line, CallStatus.COMPLETED, Reason.CALLEE_HUNG_UP, minutes=1)
    assert (noted().auth_failing, state_of(line.trunk)) == (False, TrunkState.VERIFIED)


def test_a_trunk_whose_every_call_fails_is_failing_until_it_is_mended(line: Line) -> None:
    for _ in range(3):
        ended(line, CallStatus.FAILED, Reason.CARRIER_AUTH, sip_status_code=407)
    note_calls()
    assert state_of(line.trunk) == TrunkState.FAILING
    forget(line.trunk.pk)  # a new password was saved: earlier calls say nothing about it
    note_calls()
    assert state_of(line.trunk) == TrunkState.SYNCED


def test_figures_of_an_hour_ago_are_cleared(line: Line) -> None:
    call = ended(line, CallStatus.FAILED, Reason.CARRIER_AUTH)
    assert noted().refused == 1
    Call.objects.filter(pk=call.pk).update(created_at=timezone.now() - timedelta(hours=2))
    row = noted()
    assert (row.ended, row.refused, row.auth_failing, row.last_error) == (0, 0, False, "")


def test_an_answered_call_is_remembered_for_the_day(line: Line) -> None:
    call = ended(line, CallStatus.COMPLETED, Reason.CALLEE_HUNG_UP)
    note_calls()
    Call.objects.filter(pk=call.pk).delete()
    ended(line, CallStatus.BUSY, Reason.BUSY, sip_status_code=486)
    assert noted().answered_at is not None
    assert state_of(line.trunk) == TrunkState.VERIFIED


def test_the_number_of_queries_does_not_grow_with_the_trunks(
    line: Line, globex: Workspace, django_assert_num_queries: Any
) -> None:
    ended(line, CallStatus.FAILED, Reason.CARRIER_AUTH)
    with django_assert_num_queries(6):
        note_calls()
    other = make_line(globex, "+12025550101")
    ended(other, CallStatus.COMPLETED, Reason.CALLEE_HUNG_UP)
    with django_assert_num_queries(6):
        note_calls()
    assert TrunkHealth.objects.count() == 2
