"""The command: what it asks, and its exit status."""

from typing import Any

import pytest

from accounts.models import Workspace
from telephony.models import LiveKitProject, Trunk
from telephony.services.livekit_import import adopt as adopting
from telephony.services.trunks import create_trunk
from tests.sandbox import SandboxServer
from tests.telephony.livekit_import.conftest import Project, Result
from voxa.core.errors import Conflict

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_dry_run_shows_the_plan_alone(acme: Workspace, by_hand: Project) -> None:
    trunk_id = by_hand.outbound()
    result = Result("--workspace", acme.slug, "--dry-run")
    assert (result.status, trunk_id in result.out) == (0, True)
    assert not Trunk.objects.exists()


def test_without_a_terminal_it_wants_a_yes(acme: Workspace, by_hand: Project) -> None:
    by_hand.outbound()
    result = Result("--workspace", acme.slug)
    assert result.status == 1
    assert "--yes" in result.err
    assert not Trunk.objects.exists()


@pytest.mark.parametrize(("typed", "count"), [("y", 1), ("n", 0), ("", 0)])
def test_on_a_terminal_it_asks(
    acme: Workspace, by_hand: Project, monkeypatch: pytest.MonkeyPatch, typed: str, count: int
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: typed)
    by_hand.outbound()
    assert Result("--workspace", acme.slug).status == 0
    assert Trunk.objects.count() == count


def test_an_unknown_workspace_or_another_project_is_refused(acme: Workspace, by_hand: Project) -> None:
    assert "does not exist" in Result("--workspace", "nobody", "--yes").err
    project = LiveKitProject.default()
    for named in (project.name, str(project.pk)):
        assert Result("--workspace", acme.slug, "--project", named, "--yes").status == 0
    wrong = Result("--workspace", acme.slug, "--project", "Other", "--yes")
    assert (wrong.status, "telephony settings" in wrong.err) == (1, True)


def test_livekit_that_is_away_is_exit_status_1(
    acme: Workspace, by_hand: Project, sandbox: SandboxServer, settings: Any
) -> None:
    sandbox.stop()
    assert Result("--workspace", acme.slug, "--yes").status == 1
    settings.LIVEKIT_URL = ""
    result = Result("--workspace", acme.slug, "--yes")
    assert (result.status, "LiveKit is not configured" in result.err) == (1, True)


def test_a_number_taken_between_plan_and_adoption_is_told(
    acme: Workspace, globex: Workspace, by_hand: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand.outbound(numbers=["+15550100000"])
    gateways = [{"ip_or_domain": "198.51.100.7", "inbound": False}]
    create_trunk(globex, {"name": "Globex", "gateways": gateways, "numbers": ["+15550100000"]})
    monkeypatch.setattr(adopting, "_held_numbers", lambda project: set())
    result = Result("--workspace", acme.slug, "--yes")
    assert result.status == 1
    assert "Carrier out was not adopted: This number is already in use" in result.err
    assert not Trunk.objects.filter(workspace=acme).exists()


def test_two_imports_at_once_adopt_once(acme: Workspace, globex: Workspace, by_hand: Project) -> None:
    by_hand.outbound()
    plan = adopting.plan_for(acme)
    assert Result("--workspace", globex.slug, "--yes").status == 0
    with pytest.raises(Conflict, match="adopted it in the meantime"):
        adopting.adopt(acme, plan.adoptions[0])
