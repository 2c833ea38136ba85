"""The claim on a trunk: who lost it stops writing, who changed a trunk meanwhile is not overlooked."""

from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F
from django.utils import timezone

from telephony import tasks
from telephony.choices import TrunkStatus
from telephony.models import LiveKitObject, Trunk
from telephony.sync import lease as leases
from telephony.sync.apply import sync_trunk
from telephony.sync.kinds import TRUNKS
from telephony.sync.lease import Lease, LeaseLost
from telephony.sync.results import Outcome
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit

NUMBER = "+15550100000"


@pytest.fixture
def trunk(make_trunk: MakeTrunk) -> Trunk:
    return make_trunk([NUMBER])


def _once(livekit: FakeLiveKit, call: str, act: Callable[[], object]) -> None:
    """Act once, just before this call."""

    def on_call(name: str, moment: str) -> None:
        if (name, moment) == (call, "before"):
            livekit.on_call = lambda name, moment: None
            act()

    livekit.on_call = on_call


def test_one_at_a_time(trunk: Trunk) -> None:
    first, second = Lease(TRUNKS), Lease(TRUNKS)
    assert first.claim([trunk.pk]) == [trunk.pk]
    assert second.claim([trunk.pk]) == []
    first.release([trunk.pk])
    assert second.claim([trunk.pk]) == [trunk.pk]


def test_an_expired_claim_is_anyones(trunk: Trunk) -> None:
    first, second = Lease(TRUNKS), Lease(TRUNKS)
    first.claim([trunk.pk])
    Trunk.objects.update(leased_until=timezone.now())
    assert second.claim([trunk.pk]) == [trunk.pk]
    assert first.renew([trunk.pk]) == set()


def test_an_old_claim_is_renewed_before_a_call_or_given_up(trunk: Trunk, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = Lease(TRUNKS)
    lease.claim([trunk.pk])
    monkeypatch.setattr(leases, "RENEW_AFTER", -1)
    lease.hold(trunk.pk)
    Trunk.objects.update(lease_token=uuid4())
    with pytest.raises(LeaseLost):
        lease.hold(trunk.pk)


def test_who_lost_the_claim_writes_neither_objects_nor_the_result(
    trunk: Trunk, livekit: FakeLiveKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEW_AFTER", -1)
    thief = uuid4()
    _once(livekit, "create outbound", lambda: Trunk.objects.update(lease_token=thief))
    assert sync_trunk(trunk.pk) == Outcome.BUSY
    assert livekit.calls == ["create outbound"]
    trunk.refresh_from_db()
    assert (trunk.status, trunk.lease_token) == (TrunkStatus.PENDING, thief)


def test_a_change_during_the_sync_is_synced_at_once(trunk: Trunk, livekit: FakeLiveKit) -> None:
    def rename() -> None:
        changed = Trunk.objects.get(pk=trunk.pk)
        changed.name = "Renamed"
        changed.save()

    _once(livekit, "create rule", rename)
    assert sync_trunk(trunk.pk) == Outcome.ACTIVE
    assert {stored.spec.name for stored in livekit.outbound()} == {"Renamed"}
    trunk.refresh_from_db()
    assert trunk.synced_generation == trunk.generation


def test_a_row_that_changes_faster_than_it_is_synced_is_asked_for_again(
    trunk: Trunk,
    livekit: FakeLiveKit,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(tasks.sync_trunk, "apply_async", lambda args, **how: sent.append(args[0]))
    names = (f"Name {number}" for number in count())

    def rename(name: str, moment: str) -> None:
        Trunk.objects.update(name=next(names), generation=F("generation") + 1)

    livekit.on_call = rename
    with django_capture_on_commit_callbacks(execute=True):
        assert sync_trunk(trunk.pk) == Outcome.PENDING
    assert sent == [str(trunk.pk)]
    livekit.on_call = lambda name, moment: None
    assert sync_trunk(trunk.pk) == Outcome.ACTIVE
    assert sent == [str(trunk.pk)]


def test_the_intent_stands_before_the_call(trunk: Trunk, livekit: FakeLiveKit) -> None:
    seen: list[str] = []
    _once(livekit, "create outbound", lambda: seen.extend(LiveKitObject.objects.values_list("livekit_id", flat=True)))
    sync_trunk(trunk.pk)
    assert seen == ["", "", ""]
