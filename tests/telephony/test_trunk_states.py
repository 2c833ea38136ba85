"""The state of a trunk: what its sync, its carrier's calls and its gateway checks make of it together."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Workspace
from telephony.choices import TrunkStatus
from telephony.health import Health, Step
from telephony.models import Trunk, TrunkHealth
from telephony.services import gateway_checks
from telephony.services.trunks import update_trunk
from telephony.status_text import carrier_status_text
from telephony.trunk_states import TrunkState, state_of, with_state
from tests.admin.rows import make_trunk

NOW = timezone.now()
DAY_OLD = NOW - timedelta(days=1, minutes=1)
HOUR_OLD = NOW - timedelta(hours=1, minutes=1)


@pytest.fixture
def trunk(acme: Workspace) -> Trunk:
    trunk = make_trunk(acme)
    Trunk.objects.update(status=TrunkStatus.ACTIVE, warnings=[])
    trunk.refresh_from_db()
    return trunk


def stated(trunk: Trunk, **facts: Any) -> TrunkState:
    TrunkHealth.objects.update_or_create(trunk=trunk, defaults={"counted_at": timezone.now(), **facts})
    return state_of(Trunk.objects.get(pk=trunk.pk))


def test_a_trunk_that_nobody_checked_is_synced_and_says_so(trunk: Trunk) -> None:
    assert state_of(trunk) == TrunkState.SYNCED
    assert carrier_status_text(trunk).headline == "Saved to LiveKit. Carrier not checked yet."


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"gateway_ok_at": NOW}, TrunkState.VERIFIED),
        ({"answered_at": NOW}, TrunkState.VERIFIED),
        ({"gateway_ok_at": DAY_OLD, "answered_at": DAY_OLD}, TrunkState.SYNCED),
        ({"answered_at": NOW, "auth_failing": True}, TrunkState.DEGRADED),
        ({"answered_at": NOW, "checked_at": NOW, "unresolved": True}, TrunkState.DEGRADED),
        ({"answered_at": NOW, "checked_at": NOW, "check_error": "No response."}, TrunkState.DEGRADED),
        ({"checked_at": DAY_OLD, "check_error": "No response."}, TrunkState.SYNCED),
        ({"answered_at": NOW, "ended": 11, "answered": 2}, TrunkState.DEGRADED),
        ({"answered_at": NOW, "ended": 10, "answered": 2}, TrunkState.VERIFIED),
        ({"answered_at": NOW, "ended": 9, "answered": 1}, TrunkState.VERIFIED),
        ({"ended": 3, "refused": 2}, TrunkState.FAILING),
        ({"ended": 3, "refused": 1}, TrunkState.SYNCED),  # busy callees are no fault of the carrier
        ({"ended": 2, "refused": 2}, TrunkState.SYNCED),
        ({"ended": 3, "refused": 3, "counted_at": HOUR_OLD}, TrunkState.SYNCED),
    ],
)
def test_the_state_follows_from_the_facts(trunk: Trunk, facts: dict[str, Any], state: TrunkState) -> None:
    assert stated(trunk, **facts) == state


def test_a_name_that_does_not_resolve_degrades_the_trunk(trunk: Trunk) -> None:
    Trunk.objects.update(warnings=["sip.gone.example does not resolve, so calls from it are rejected."])
    assert stated(trunk, answered_at=NOW) == TrunkState.DEGRADED
    assert "does not resolve" in carrier_status_text(Trunk.objects.get()).headline


@pytest.mark.parametrize("status", [TrunkStatus.FAILED, TrunkStatus.PENDING])
def test_a_sync_that_is_not_done_comes_before_the_carrier(trunk: Trunk, status: TrunkStatus) -> None:
    Trunk.objects.update(status=status)
    assert stated(trunk, ended=3, refused=3).value == status.value


def test_all_states_take_one_query(trunk: Trunk, acme: Workspace, django_assert_num_queries: Any) -> None:
    make_trunk(acme, "Another")
    with django_assert_num_queries(1):
        assert {one.carrier_state for one in with_state(Trunk.objects.defer("auth_password"))} == {"synced", "pending"}


def check(trunk: Trunk, monkeypatch: pytest.MonkeyPatch, health: Health) -> TrunkHealth:
    monkeypatch.setattr(gateway_checks, "ask_gateway", lambda *target: health)
    gateway_checks.check(trunk.pk)
    return TrunkHealth.objects.get()


def test_a_gateway_that_answers_options_verifies_the_carrier(trunk: Trunk, monkeypatch: pytest.MonkeyPatch) -> None:
    check(trunk, monkeypatch, Health(status=405, phrase="Method Not Allowed"))  # a rejection is a response
    assert state_of(trunk) == TrunkState.VERIFIED


def test_a_gateway_without_a_response_is_named(trunk: Trunk, monkeypatch: pytest.MonkeyPatch) -> None:
    row = check(trunk, monkeypatch, Health(failed=Step.SIP, error="No response within 4 s."))
    assert row.check_error == "192.0.2.10:5060 (UDP) failed the SIP check: No response within 4 s."
    assert (state_of(trunk), row.unresolved) == (TrunkState.DEGRADED, False)


def test_a_gateway_out_of_service_verifies_nothing(trunk: Trunk, monkeypatch: pytest.MonkeyPatch) -> None:
    row = check(trunk, monkeypatch, Health(status=503, phrase="Service Unavailable"))
    assert (row.gateway_ok_at, "503 Service Unavailable" in row.check_error) == (None, True)


def test_the_sandbox_contacts_no_gateway(trunk: Trunk, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.LIVEKIT_IS_SANDBOX = True
    row = check(trunk, monkeypatch, Health(failed=Step.DNS))
    assert (row.checked_at is not None, row.gateway_ok_at, row.check_error) == (True, None, "")


def test_a_check_of_a_deleted_trunk_does_nothing(trunk: Trunk) -> None:
    gone = trunk.pk
    trunk.delete()
    gateway_checks.check(gone)
    assert not TrunkHealth.objects.exists()


@pytest.mark.parametrize(
    ("change", "known"),
    [
        ({"auth_username": "other", "auth_password": "another one"}, False),
        ({"gateways": [{"ip_or_domain": "192.0.2.99"}], "auth_password": "another one"}, False),
        ({"name": "Renamed"}, True),
        ({"max_concurrent_calls": 4}, True),
    ],
)
def test_a_change_that_the_carrier_sees_makes_it_unchecked(trunk: Trunk, change: dict[str, Any], known: bool) -> None:
    stated(trunk, gateway_ok_at=NOW, answered_at=NOW, auth_failing=True, ended=4, refused=4)
    if "auth_password" in change:
        change = {"auth_username": "acme", **change}
    update_trunk(trunk, change)
    row = TrunkHealth.objects.get()
    assert (row.gateway_ok_at is not None, row.answered_at is not None, row.ended > 0) == (known,) * 3
    assert (row.since is None) is known
