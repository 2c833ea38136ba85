"""Numbers that cannot be called, or that nobody, or another agent, answers."""

from typing import Any

import pytest

from accounts.models import Workspace
from telephony.doctor import numbers as doctor
from telephony.models import Agent, PhoneNumber, TelephonySettings, Trunk
from telephony.services.numbers import add_number
from tests.doctor.asking import found
from tests.doctor.conftest import NUMBER
from voxa.core.doctor.findings import Severity
from voxa.core.doctor.registry import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def active(trunk: Trunk, number: PhoneNumber) -> Trunk:
    Trunk.objects.filter(pk=trunk.pk).update(status="active")
    return trunk


def test_one_on_an_active_trunk_that_an_agent_answers_is_well(active: Trunk, agent: Agent) -> None:
    assert found(doctor.look) == {}


def test_one_on_a_trunk_that_failed_has_no_service(active: Trunk, agent: Agent, globex: Workspace) -> None:
    Trunk.objects.update(status="failed")
    finding = found(doctor.look)["numbers.trunk"]
    assert finding.what == f"{NUMBER} cannot receive or place calls: trunk Main is failed."
    assert (finding.workspace, finding.severity) == ("acme", Severity.ERROR)
    assert found(doctor.look, Scope(globex)) == {}


def test_nobody_answers_without_an_agent(active: Trunk, globex: Workspace) -> None:
    for last in range(1, 5):
        add_number(active, f"+1202555010{last}")
    finding = found(doctor.look)["numbers.unanswered"]
    assert finding.what.startswith(f"No agent answers {NUMBER}, +12025550101, +12025550102 and 2 more:")
    assert found(doctor.look, Scope(globex)) == {}


def test_a_stand_in_answers_where_the_chosen_agent_is_not_active(active: Trunk, agent: Agent) -> None:
    chosen = Agent.objects.create(workspace=active.workspace, name="Night", active=False)
    PhoneNumber.objects.update(agent=chosen)
    finding = found(doctor.look)["numbers.stand_in"]
    assert (finding.what, finding.severity) == (
        f"The default agent answers {NUMBER}: the assigned agent is not active.", Severity.WARNING,
    )  # fmt: skip


def test_a_voicemail_without_a_storage_is_passed_over(active: Trunk, agent: Agent, settings: Any) -> None:
    settings.RECORDING_S3_BUCKET = "calls"
    PhoneNumber.objects.update(agent=agent, fallback="voicemail", fallback_message="Leave a message.")
    assert found(doctor.look) == {}
    settings.RECORDING_S3_BUCKET = ""
    assert found(doctor.look).keys() == {"numbers.fallback"}


def test_a_caller_id_alone_needs_nobody_who_answers(active: Trunk) -> None:
    active.gateways.update(inbound=False)
    assert found(doctor.look) == {}


def test_many_trunks_are_counted(active: Trunk, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "MOST", 1)
    trunks = [Trunk.objects.create(workspace=active.workspace, name=f"T{n}", status="failed") for n in range(3)]
    for place, trunk in enumerate(trunks):
        PhoneNumber.objects.create(trunk=trunk, workspace=trunk.workspace, number=f"+1202555020{place}")
    told = [finding.what for finding in doctor.look(Scope())]
    assert (len(told), told[1]) == (2, "The numbers of 2 more trunks cannot receive or place calls.")


@pytest.mark.parametrize("values", [{"active": False}, {"direction": "outbound"}, None])
def test_a_fallback_whose_agent_answers_no_more_is_passed_over(
    active: Trunk, agent: Agent, globex: Workspace, values: dict[str, Any] | None
) -> None:
    night = Agent.objects.create(workspace=active.workspace, name="Night")
    PhoneNumber.objects.update(agent=agent, fallback="agent", fallback_agent=night)
    TelephonySettings.of(active.workspace.pk)
    TelephonySettings.objects.update(fallback="agent", fallback_agent=night)
    assert found(doctor.look) == {}
    if values is None:
        night.delete()
    else:
        Agent.objects.filter(pk=night.pk).update(**values)
    findings = found(doctor.look)
    assert findings["numbers.fallback"].what.startswith(f"The fallback of {NUMBER} is passed over: ")
    assert {one.workspace for one in findings.values()} == {"acme"}
    assert findings.keys() == {"numbers.fallback", "settings.fallback"}
    assert found(doctor.look, Scope(globex)) == {}
