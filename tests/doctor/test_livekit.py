"""LiveKit: does it answer and take our key, and does it hold what our rows say."""

from datetime import timedelta
from typing import Any

import pytest
from livekit import api

from accounts.models import Workspace
from telephony.doctor import livekit as doctor
from telephony.livekit.clock import clock_ahead
from telephony.models import LiveKitProject, PhoneNumber, TelephonySettings, Trunk
from telephony.services.trunks import delete_trunk, update_trunk
from tests.doctor.asking import found
from tests.doctor.conftest import NUMBER
from tests.sandbox import SandboxServer
from voxa.core.doctor.findings import Severity
from voxa.core.doctor.registry import Scope

pytestmark = pytest.mark.django_db


def test_nothing_is_wrong_where_it_holds_what_the_rows_say(standing: Trunk) -> None:
    assert found(doctor.look) == {}


def test_away_it_is_named_with_its_address(standing: Trunk, livekit: SandboxServer) -> None:
    livekit.stop()
    findings = found(doctor.look)
    assert list(findings) == ["livekit.away"]
    assert livekit.url in findings["livekit.away"].what


def test_a_key_that_it_does_not_take(standing: Trunk, livekit: SandboxServer, settings: Any) -> None:
    settings.LIVEKIT_API_SECRET = "s3cret-" + "x" * 40
    findings = found(doctor.look)
    assert list(findings) == ["livekit.credentials"]
    assert "LIVEKIT_API_KEY" in findings["livekit.credentials"].remedy
    assert "s3cret" not in str(findings)


def test_without_a_server_rows_wait(trunk: Trunk) -> None:
    assert list(found(doctor.look)) == ["livekit.unconfigured"]
    trunk.delete()
    assert found(doctor.look) == {}


def test_an_object_that_vanished_is_told_with_its_trunk(
    standing: Trunk, livekit: SandboxServer, globex: Workspace
) -> None:
    gone = livekit.standing().inbound[0].sip_trunk_id
    livekit.ask(lambda lk: lk.sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=gone)))
    finding = found(doctor.look)["livekit.differs"]
    assert (finding.workspace, finding.severity) == ("acme", Severity.ERROR)
    assert f"trunk Main: inbound trunk {gone} is gone from LiveKit" in finding.what
    assert str(standing.pk) in finding.page
    assert found(doctor.look, Scope(globex)) == {}


def test_what_is_left_of_a_deleted_trunk(standing: Trunk) -> None:
    delete_trunk(standing)
    finding = found(doctor.look)["livekit.left_over"]
    assert finding.what.startswith("LiveKit project Default still has 3 objects of deleted rows")
    assert finding.severity is Severity.WARNING


def test_a_change_that_has_not_reached_it_is_told_with_the_trunks_alone(standing: Trunk) -> None:
    update_trunk(standing, {"name": "Renamed"})
    assert found(doctor.look) == {}


def test_a_number_that_a_strangers_trunk_takes(livekit: SandboxServer, number: PhoneNumber, globex: Workspace) -> None:
    info = api.SIPInboundTrunkInfo(name="Stranger", numbers=[NUMBER], allowed_addresses=["198.51.100.9"])
    request = api.CreateSIPInboundTrunkRequest(trunk=info)
    other = livekit.ask(lambda lk: lk.sip.create_inbound_trunk(request)).sip_trunk_id
    finding = found(doctor.look)["livekit.number_taken"]
    assert finding.what.startswith(
        f"Inbound trunk {other} (“Stranger”), not made by this Voxa, takes numbers that stand"
    )
    assert NUMBER in finding.what
    assert found(doctor.look, Scope(globex)) == {}


@pytest.mark.parametrize("kind", ["individual", "direct", "callee"])
def test_a_rule_that_takes_everyones_calls(
    standing: Trunk, livekit: SandboxServer, globex: Workspace, kind: str
) -> None:
    kinds: dict[str, api.SIPDispatchRule] = {
        "individual": api.SIPDispatchRule(dispatch_rule_individual=api.SIPDispatchRuleIndividual(room_prefix="x")),
        "direct": api.SIPDispatchRule(dispatch_rule_direct=api.SIPDispatchRuleDirect(room_name="lobby")),
        "callee": api.SIPDispatchRule(dispatch_rule_callee=api.SIPDispatchRuleCallee(room_prefix="x")),
    }
    info = api.SIPDispatchRuleInfo(name="Everything", rule=kinds[kind])
    request = api.CreateSIPDispatchRuleRequest(dispatch_rule=info)
    other = livekit.ask(lambda lk: lk.sip.create_dispatch_rule(request)).sip_dispatch_rule_id
    finding = found(doctor.look)["livekit.rule_any_trunk"]
    assert (finding.severity, other in finding.what) == (Severity.ERROR, True)
    assert "anyone" in finding.what
    assert "delete it there" in finding.remedy
    assert "livekit.rule_any_trunk" in found(doctor.look, Scope(standing.workspace))
    assert found(doctor.look, Scope(globex)) == {}


@pytest.mark.parametrize(("allowed", "severity"), [(True, Severity.ERROR), (False, Severity.WARNING)])
def test_a_shared_trunk_that_does_not_exist(
    standing: Trunk, settings: Any, *, allowed: bool, severity: Severity
) -> None:
    settings.LIVEKIT_SIP_OUTBOUND_TRUNK_ID = "ST_nowhere"
    config = standing.workspace.telephony_settings
    config.allow_shared_trunk = allowed
    config.save()
    assert found(doctor.look)["livekit.shared_trunk"].severity is severity


def test_without_network_what_was_met_last_is_told(standing: Trunk, livekit: SandboxServer) -> None:
    offline = Scope(network=False)
    assert found(doctor.look, offline) == {}
    livekit.stop()
    found(doctor.look)
    assert list(found(doctor.look, offline)) == ["livekit.away"]


@pytest.mark.django_db(transaction=True)
def test_projects_are_asked_side_by_side_each_by_its_own_key(
    standing: Trunk, livekit: SandboxServer, globex: Workspace
) -> None:
    other = LiveKitProject.objects.create(name="Away", url="ws://127.0.0.1:9", api_key="key", api_secret="s" * 40)
    TelephonySettings.of(globex.pk)
    TelephonySettings.objects.filter(pk=globex.pk).update(project=other)
    assert "Away (ws://127.0.0.1:9) does not respond" in found(doctor.look)["livekit.away"].what
    assert found(doctor.look, Scope(standing.workspace)) == {}


@pytest.mark.parametrize(("ahead", "severity"), [(2, None), (10, Severity.WARNING), (-45, Severity.ERROR)])
def test_a_clock_that_is_not_livekits(
    standing: Trunk, monkeypatch: pytest.MonkeyPatch, ahead: int, severity: Severity | None
) -> None:
    monkeypatch.setattr(doctor, "clock_ahead", lambda url: timedelta(seconds=ahead))
    assert [finding.severity for finding in found(doctor.look).values()] == ([severity] if severity else [])


def test_the_clock_is_read_from_its_answers(livekit: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = clock_ahead(livekit.url)
    assert ahead is not None
    assert abs(ahead) < timedelta(seconds=5)
    livekit.stop()
    assert clock_ahead(livekit.url) is None
