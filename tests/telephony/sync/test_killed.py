"""A process killed at any point of a sync: one reconcile later there is exactly one set of objects."""

from collections.abc import Callable

import pytest

from telephony.livekit import trunks
from telephony.models import LiveKitObject, LiveKitProject, PhoneNumber, Trunk
from telephony.sync import records
from telephony.sync.apply import sync_rows, sync_trunk
from telephony.sync.kinds import TRUNKS
from telephony.sync.reconcile import reconcile
from telephony.sync.sweep import sweep
from tests.telephony.sync.check import assert_in_step, let_leases_expire
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit
from tests.telephony.sync.kill import every_point

NUMBER, ANOTHER = "+15550100001", "+15550100002"


def _new(trunk: Trunk) -> None:
    """Nothing stands in LiveKit yet."""


def _changed(trunk: Trunk) -> None:
    sync_trunk(trunk.pk)
    trunk.auth_username, trunk.auth_password = "user", "s3cret"
    trunk.save()
    PhoneNumber.objects.create(trunk=trunk, number=ANOTHER)


def _without_numbers(trunk: Trunk) -> None:
    sync_trunk(trunk.pk)
    PhoneNumber.objects.filter(trunk=trunk).delete()


def _other_gateway(trunk: Trunk) -> None:
    sync_trunk(trunk.pk)
    trunk.gateways.all().delete()
    trunk.gateways.create(ip_or_domain="192.0.2.99")


@pytest.mark.parametrize("prepare", [_new, _changed, _without_numbers, _other_gateway])
@pytest.mark.parametrize("mend", ["reconcile", "sweep"])
def test_a_sync_killed_anywhere(
    make_trunk: MakeTrunk,
    project: LiveKitProject,
    livekit: FakeLiveKit,
    prepare: Callable[[Trunk], None],
    mend: str,
) -> None:
    trunk = make_trunk([NUMBER])
    prepare(trunk)
    points = 0
    for _ in every_point(livekit, lambda: sync_trunk(trunk.pk)):
        points += 1
        let_leases_expire()
        if mend == "reconcile":
            assert reconcile(project).is_clean
        else:
            sweep()
        assert_in_step(livekit)
    assert points > 8


@pytest.mark.parametrize("late", [1.0, -1.0], ids=["recorded together", "recorded one by one"])
def test_a_sync_of_many_killed_anywhere(
    make_trunk: MakeTrunk, project: LiveKitProject, livekit: FakeLiveKit, monkeypatch: pytest.MonkeyPatch, late: float
) -> None:
    monkeypatch.setattr(records, "LATE", late)
    new, changed = make_trunk([NUMBER]), make_trunk([ANOTHER])
    _other_gateway(changed)
    for _ in every_point(livekit, lambda: sync_rows(TRUNKS, [new.pk, changed.pk])):
        let_leases_expire()
        sweep()
        assert_in_step(livekit)


def test_a_sync_of_what_vanished_killed_anywhere(
    make_trunk: MakeTrunk, project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    trunk = make_trunk([NUMBER])
    sync_trunk(trunk.pk)
    livekit.flush()
    LiveKitObject.objects.update(fingerprint="")
    for _ in every_point(livekit, lambda: sync_trunk(trunk.pk)):
        let_leases_expire()
        reconcile(project)
        assert_in_step(livekit)


def test_a_teardown_killed_anywhere(make_trunk: MakeTrunk, project: LiveKitProject, livekit: FakeLiveKit) -> None:
    trunk = make_trunk([NUMBER])
    sync_trunk(trunk.pk)
    trunk.delete()
    for _ in every_point(livekit, sweep):
        let_leases_expire()
        sweep()
        assert livekit.ids() == set()
        assert not LiveKitObject.objects.exists()


def test_a_trunk_deleted_after_its_sync_was_killed_leaves_nothing(
    make_trunk: MakeTrunk, project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    trunk = make_trunk([NUMBER])
    for _ in every_point(livekit, lambda: sync_trunk(trunk.pk)):
        Trunk.objects.get(pk=trunk.pk).delete()
        let_leases_expire()
        sweep()
        assert livekit.ids() == set()
        assert not LiveKitObject.objects.exists()


def test_a_reconcile_killed_anywhere(make_trunk: MakeTrunk, project: LiveKitProject, livekit: FakeLiveKit) -> None:
    trunk = make_trunk([NUMBER])
    sync_trunk(trunk.pk)
    copy = livekit.client_for_tests.run(trunks.create_outbound(livekit.outbound()[0].spec))
    livekit.client_for_tests.run(trunks.delete_rule(livekit.rules()[0].id))
    assert copy in livekit.ids()
    for _ in every_point(livekit, lambda: reconcile(project)):
        let_leases_expire()
        reconcile(project)
        assert_in_step(livekit)
