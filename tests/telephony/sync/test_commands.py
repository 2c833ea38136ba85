"""`provision_trunks` and `reconcile_livekit`."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Workspace
from telephony.choices import TrunkStatus
from telephony.models import LiveKitObject, Trunk
from telephony.services.agents import create_agent
from telephony.services.endpoints import connect_agent
from telephony.sync.apply import sync_trunk
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit

NUMBER = "+15550100000"


@pytest.fixture
def trunk(make_trunk: MakeTrunk) -> Trunk:
    return make_trunk([NUMBER], name="Main [line]", auth_username="user", auth_password="s3cret-word")


def _run(*words: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(*words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_pending_trunks_are_provisioned_and_shown(trunk: Trunk) -> None:
    out, err = _run("provision_trunks")
    assert "Main [line]" in out
    assert "active" in out
    assert "1 active" in err
    trunk.refresh_from_db()
    assert trunk.status == TrunkStatus.ACTIVE


def test_active_ones_only_when_asked_for(trunk: Trunk) -> None:
    sync_trunk(trunk.pk)
    assert "No trunk" in _run("provision_trunks")[1]
    assert "active" in _run("provision_trunks", "--all")[0]


def test_one_trunk_by_its_id_or_its_id_in_livekit(trunk: Trunk, make_trunk: MakeTrunk, livekit: FakeLiveKit) -> None:
    make_trunk(name="Other")
    assert "Other" not in _run("provision_trunks", "--trunk", str(trunk.pk))[0]
    assert "Main" in _run("provision_trunks", "--trunk", livekit.outbound()[0].id)[0]


def test_sip_endpoints_are_provisioned_with_the_trunks(trunk: Trunk, acme: Workspace, livekit: FakeLiveKit) -> None:
    agent = create_agent(acme, {"name": "Desk"})
    endpoint = connect_agent(agent, {"name": "Desk", "sip_username": "desk", "sip_password": "s3cret-word"})
    out, err = _run("provision_trunks")
    assert ("SIP endpoint" in out, "2 active" in err, "s3cret-word" in out) == (True, True, False)
    (desk,) = [one.id for one in livekit.inbound() if one.spec.numbers == ("desk.acme",)]
    for reference in (str(endpoint.pk), endpoint.public_id, desk):
        out = _run("provision_trunks", "--trunk", reference)[0]
        assert ("Desk" in out, "Main" in out) == (True, False)


def test_another_workspaces_trunk_is_not_there(trunk: Trunk, globex: Workspace) -> None:
    with pytest.raises(CommandError, match="does not exist"):
        _run("provision_trunks", "--workspace", globex.slug, "--trunk", str(trunk.pk))
    with pytest.raises(CommandError, match="does not exist"):
        _run("provision_trunks", "--workspace", "nobody")


def test_a_dry_run_writes_nothing(trunk: Trunk, livekit: FakeLiveKit) -> None:
    assert "written" in _run("provision_trunks", "--dry-run")[0]
    assert (livekit.calls, LiveKitObject.objects.count()) == ([], 0)


def test_a_trunk_that_did_not_make_it_is_exit_code_1(trunk: Trunk, livekit: FakeLiveKit) -> None:
    livekit.away = True
    with pytest.raises(CommandError) as raised:
        _run("provision_trunks")
    assert raised.value.returncode == 1


def test_no_password_in_any_output(trunk: Trunk, capsys: pytest.CaptureFixture[str]) -> None:
    said = [*_run("provision_trunks"), *_run("reconcile_livekit"), *capsys.readouterr()]
    assert not any("s3cret-word" in text for text in said)


def test_reconcile_prints_its_plan_and_carries_it_out(trunk: Trunk, livekit: FakeLiveKit) -> None:
    sync_trunk(trunk.pk)
    livekit.flush()
    planned = _run("reconcile_livekit", "--dry-run")[0]
    assert planned.count("create") == 3
    assert livekit.ids() == set()
    assert _run("reconcile_livekit")[0] == planned
    assert len(livekit.ids()) == 3
    assert "in sync" in _run("reconcile_livekit")[1]


def test_reconcile_of_one_workspace(trunk: Trunk, acme: Workspace, globex: Workspace, livekit: FakeLiveKit) -> None:
    _run("reconcile_livekit", "--workspace", globex.slug)
    assert livekit.ids() == set()
    _run("reconcile_livekit", "--workspace", acme.slug)
    assert len(livekit.ids()) == 3


def test_reconcile_without_livekit_is_exit_code_1(trunk: Trunk, livekit: FakeLiveKit, settings: Any) -> None:
    livekit.away = True
    with pytest.raises(CommandError) as raised:
        _run("reconcile_livekit")
    assert raised.value.returncode == 1
