"""The sweep finds what no message asked for."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from livekit import api

from telephony.choices import TrunkStatus
from telephony.models import Gateway, PhoneNumber, Trunk
from telephony.sync import drift
from telephony.sync.apply import sync_rows, sync_trunk
from telephony.sync.kinds import TRUNKS
from telephony.sync.results import Outcome
from telephony.sync.sweep import sweep
from tests.telephony.sync.check import assert_in_step, let_leases_expire
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit

ONE, TWO = "+15550100001", "+15550100002"


def test_a_lost_message_costs_a_sweep(make_trunk: MakeTrunk, livekit: FakeLiveKit) -> None:
    make_trunk([ONE])
    assert sweep().synced == 1
    assert_in_step(livekit)


def test_a_bulk_update_that_no_signal_saw_is_found(make_trunk: MakeTrunk, livekit: FakeLiveKit) -> None:
    trunk, other = make_trunk([ONE]), make_trunk()
    sync_rows(TRUNKS, [trunk.pk, other.pk])
    Gateway.objects.filter(trunk=trunk).update(ip_or_domain="192.0.2.99")
    PhoneNumber.objects.update(trunk=other)
    assert sweep().synced == 2
    assert_in_step(livekit)


def test_livekit_back_makes_the_trunk_active_at_the_next_sweep(make_trunk: MakeTrunk, livekit: FakeLiveKit) -> None:
    trunk = make_trunk([ONE])
    livekit.away = True
    for _ in range(8):
        sync_trunk(trunk.pk)
    trunk.refresh_from_db()
    assert trunk.status == TrunkStatus.PENDING
    assert trunk.last_error
    assert trunk.next_sync_at is not None
    assert (trunk.next_sync_at - timezone.now()).total_seconds() < 50
    livekit.away = False
    let_leases_expire()
    assert sweep().synced == 1


def test_a_trunk_that_someone_syncs_is_left_to_them(make_trunk: MakeTrunk, livekit: FakeLiveKit) -> None:
    trunk = make_trunk([ONE])
    Trunk.objects.update(leased_until=timezone.now() + timedelta(seconds=30))
    assert sweep().synced == 0
    assert sync_trunk(trunk.pk) == Outcome.BUSY
    assert livekit.calls == []


def test_a_failed_trunk_is_not_tried_each_minute(make_trunk: MakeTrunk, livekit: FakeLiveKit) -> None:
    trunk = make_trunk([ONE], hosts=["192.0.2.1"])
    livekit.on_call = _refuse
    assert sync_trunk(trunk.pk) == Outcome.FAILED
    livekit.on_call = lambda name, moment: None
    assert sweep().synced == 0
    Trunk.objects.update(next_sync_at=timezone.now())
    assert sweep().synced == 1


def _refuse(name: str, moment: str) -> None:
    raise api.ServerError("invalid_argument", "no such thing", status=400)


def test_a_changed_server_is_noticed_and_filled(make_trunk: MakeTrunk, livekit: FakeLiveKit, settings: Any) -> None:
    trunk = make_trunk([ONE])
    sync_trunk(trunk.pk)
    settings.LIVEKIT_URL = "ws://another"
    livekit.flush()
    assert sweep().synced == 1
    assert_in_step(livekit)


@pytest.mark.parametrize("count", [3, 30])
def test_looking_for_drift_costs_as_many_queries_for_many_as_for_few(make_trunk: MakeTrunk, count: int) -> None:
    ids = [make_trunk([f"+1555010{n:04}"]).pk for n in range(count)]
    sync_rows(TRUNKS, ids)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert drift.find_drifted(TRUNKS, ids) == []
    assert len(queries) == 6


@pytest.mark.parametrize("count", [3, 30])
def test_syncing_costs_one_query_an_object_and_a_few_for_all(make_trunk: MakeTrunk, count: int) -> None:
    ids = [make_trunk([f"+1555010{n:04}"]).pk for n in range(count)]
    with CaptureQueriesContext(connection) as queries:
        sync_rows(TRUNKS, ids)
    ours = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(ours) - 3 * count <= 16
