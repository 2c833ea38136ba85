"""Trunks and SIP endpoints that failed, wait for too long, or work only in part."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Workspace
from telephony.doctor import rows
from telephony.models import Agent, SipEndpoint, Trunk
from tests.doctor.asking import found
from tests.sandbox import SandboxServer
from voxa.core.doctor.findings import Severity
from voxa.core.doctor.registry import Scope

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(hours=1)


def stands(trunk: Trunk, **fields: Any) -> None:
    Trunk.objects.filter(pk=trunk.pk).update(**fields)


def test_one_on_its_way_and_one_in_service_are_well(trunk: Trunk) -> None:
    assert found(rows.look_at_trunks) == {}
    stands(trunk, status="active", updated_at=LONG_AGO, warnings=[])
    assert found(rows.look_at_trunks) == {}


def test_what_livekit_refused_is_told_with_its_reason(trunk: Trunk, globex: Workspace) -> None:
    stands(trunk, status="failed", last_error="Another trunk has +12025550100.")
    finding = found(rows.look_at_trunks)["trunks.failed"]
    assert finding.what == "Trunk Main: LiveKit rejected this trunk. Another trunk has +12025550100."
    assert (finding.workspace, finding.severity) == ("acme", Severity.ERROR)
    assert finding.page.endswith(f"/trunk/{trunk.pk}/change/")
    assert found(rows.look_at_trunks, Scope(globex)) == {}


@pytest.mark.parametrize(
    ("fields", "severity", "words"),
    [
        ({"last_error": "LiveKit cannot be reached."}, Severity.ERROR, "LiveKit cannot be reached."),
        ({"synced_at": LONG_AGO}, Severity.WARNING, "LiveKit still uses the configuration from before the change."),
    ],
)
def test_one_that_waits_for_too_long(
    livekit: SandboxServer, trunk: Trunk, fields: dict[str, Any], severity: Severity, words: str
) -> None:
    stands(trunk, updated_at=LONG_AGO, **fields)
    finding = found(rows.look_at_trunks)["trunks.pending"]
    assert finding.severity is severity
    assert words in finding.what


def test_one_that_nobody_worked_on_points_at_beat_and_worker(livekit: SandboxServer, trunk: Trunk) -> None:
    stands(trunk, updated_at=LONG_AGO)
    assert "beat and a worker" in found(rows.look_at_trunks)["trunks.pending"].remedy


def test_one_in_service_with_a_warning(trunk: Trunk) -> None:
    stands(trunk, status="active", warnings=["sip.example.com does not resolve."])
    finding = found(rows.look_at_trunks)["trunks.warning"]
    assert finding.what == "Trunk Main is only partly in service. sip.example.com does not resolve."
    assert finding.severity is Severity.WARNING


def test_many_are_counted(trunk: Trunk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST", 2)
    Trunk.objects.bulk_create(Trunk(workspace=trunk.workspace, name=f"T{n}", status="failed") for n in range(5))
    told = [finding.what for finding in rows.look_at_trunks(Scope())]
    assert (len(told), told[2]) == (3, "3 more trunks like these (failed).")


def test_endpoints_are_told_of_alike_and_with_an_agent_that_is_not_active(agent: Agent) -> None:
    endpoint = SipEndpoint.objects.create(
        workspace=agent.workspace, agent=agent, name="Desk", sip_username="desk", sip_password="s3cret-word"
    )
    assert found(rows.look_at_endpoints) == {}
    Agent.objects.filter(pk=agent.pk).update(active=False)
    SipEndpoint.objects.filter(pk=endpoint.pk).update(status="failed", last_error="Refused.")
    findings = found(rows.look_at_endpoints)
    assert set(findings) == {"endpoints.failed", "endpoints.agent"}
    assert findings["endpoints.agent"].what == "SIP endpoint Desk is not answered: its agent Reception is not active."
    assert "s3cret" not in str(findings)
