"""What deleted rows leave behind in LiveKit is removed, now or later."""

import pytest

from accounts.models import Workspace
from accounts.services.workspaces import close_workspace
from telephony.livekit import LiveKitRefused, LiveKitUnavailable, LiveKitUnreached
from telephony.models import LiveKitObject, LiveKitProject, Trunk
from telephony.sync.apply import sync_rows, sync_trunk
from telephony.sync.closing import delete_emptied_workspaces
from telephony.sync.kinds import TRUNKS
from telephony.sync.reconcile import reconcile
from telephony.sync.sweep import sweep
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit

NUMBER = "+15550100000"


@pytest.fixture
def trunk(make_trunk: MakeTrunk) -> Trunk:
    trunk = make_trunk([NUMBER])
    sync_trunk(trunk.pk)
    return trunk


def test_a_deleted_trunk_is_torn_down_on_commit(
    trunk: Trunk, livekit: FakeLiveKit, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        trunk.delete()
    assert livekit.ids() == set()
    assert not LiveKitObject.objects.exists()


def test_the_rule_goes_before_its_trunk(
    trunk: Trunk, livekit: FakeLiveKit, django_capture_on_commit_callbacks: object
) -> None:
    livekit.calls.clear()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        trunk.delete()
    assert livekit.calls == ["delete rule", "delete trunk", "delete trunk"]


def test_livekit_away_keeps_the_tombstones_for_the_sweep(
    trunk: Trunk, livekit: FakeLiveKit, django_capture_on_commit_callbacks: object
) -> None:
    livekit.away = True
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        trunk.delete()
    assert LiveKitObject.objects.filter(trunk=None).exclude(last_error="").count() == 3
    livekit.away = False
    sweep()
    assert livekit.ids() == set()
    assert not LiveKitObject.objects.exists()


@pytest.mark.parametrize("call", ["create outbound", "create inbound", "create rule"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_trunk_deleted_while_it_is_made_leaves_nothing(
    make_trunk: MakeTrunk, livekit: FakeLiveKit, call: str, moment: str
) -> None:
    trunk = make_trunk([NUMBER])

    def delete(name: str, when: str) -> None:
        if (name, when) == (call, moment):
            Trunk.objects.get(pk=trunk.pk).delete()

    livekit.on_call = delete
    sync_trunk(trunk.pk)
    assert livekit.ids() == set()
    assert not LiveKitObject.objects.exists()


def test_a_workspace_waits_for_its_objects(trunk: Trunk, acme: Workspace, livekit: FakeLiveKit) -> None:
    livekit.away = True
    close_workspace(acme)
    sweep()
    assert Workspace.objects.filter(pk=acme.pk, closed_at__isnull=False).exists()
    livekit.away = False
    sweep()
    assert not Workspace.objects.filter(pk=acme.pk).exists()
    assert livekit.ids() == set()


def test_a_workspace_does_not_wait_for_a_project_without_settings(
    trunk: Trunk, acme: Workspace, settings: object
) -> None:
    settings.LIVEKIT_URL = ""  # type: ignore[attr-defined]
    close_workspace(acme)
    sweep()
    assert not Workspace.objects.filter(pk=acme.pk).exists()


def test_an_open_workspace_is_not_closed(trunk: Trunk) -> None:
    assert delete_emptied_workspaces() == 0
    assert Trunk.objects.exists()


@pytest.mark.parametrize(("error", "waits"), [(LiveKitUnreached, False), (LiveKitUnavailable, True)])
@pytest.mark.parametrize("fails", ["create outbound", "create inbound", "create rule"])
def test_only_a_create_that_may_have_happened_is_waited_for(
    make_trunk: MakeTrunk,
    livekit: FakeLiveKit,
    project: LiveKitProject,
    error: type[Exception],
    waits: bool,
    fails: str,
) -> None:
    trunk = make_trunk([NUMBER])

    def fail(name: str, when: str) -> None:
        if (name, when) == (fails, "before"):
            raise error("No answer.")

    livekit.on_call = fail
    sync_trunk(trunk.pk)
    trunk.delete()
    assert reconcile(project).busy is waits
    assert livekit.ids() == set()
    assert LiveKitObject.objects.exists() is waits


def test_one_refusal_does_not_let_go_of_what_another_trunk_may_have_made(
    make_trunk: MakeTrunk, livekit: FakeLiveKit, project: LiveKitProject
) -> None:
    refused, lost = make_trunk(hosts=["192.0.2.10"]), make_trunk(hosts=["192.0.2.11"])
    failures = [LiveKitRefused("No."), LiveKitUnavailable("No answer.")]

    def fail(name: str, when: str) -> None:
        if when == "before":
            raise failures.pop(0)

    livekit.on_call = fail
    assert [*sync_rows(TRUNKS, [refused.pk, lost.pk]).values()] == ["failed", "pending"]
    assert LiveKitObject.objects.get(trunk=refused).lease_token is None
    assert LiveKitObject.objects.get(trunk=lost).lease_token is not None
