"""Each sync of a trunk leaves a line: what it came to, why, and how many calls it took."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from telephony.choices import TrunkStatus
from telephony.models import SyncRun, Trunk
from telephony.sync.apply import sync_rows, sync_trunk
from telephony.sync.history import KEPT, prune_runs
from telephony.sync.kinds import TRUNKS
from telephony.sync.sweep import sweep
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit


@pytest.fixture
def trunk(make_trunk: MakeTrunk) -> Trunk:
    return make_trunk(["+15550100000"])


def add_runs(trunk: Trunk, count: int, age: timedelta = timedelta(0)) -> None:
    at = timezone.now() - age
    SyncRun.objects.bulk_create(
        SyncRun(trunk=trunk, started_at=at, finished_at=at, generation=n, outcome=TrunkStatus.ACTIVE, calls=0)
        for n in range(count)
    )


def test_a_sync_tells_its_calls_and_then_that_there_was_nothing_to_write(trunk: Trunk, livekit: FakeLiveKit) -> None:
    sync_trunk(trunk.pk)
    sync_trunk(trunk.pk)
    again, first = SyncRun.objects.filter(trunk=trunk)
    assert (first.outcome, first.calls, first.error) == (TrunkStatus.ACTIVE, len(livekit.calls), "")
    assert (again.outcome, again.calls) == (TrunkStatus.ACTIVE, 0)
    assert first.started_at <= first.finished_at
    trunk.refresh_from_db()
    assert first.generation == trunk.generation


def test_a_livekit_that_is_away_is_told_in_words(trunk: Trunk, livekit: FakeLiveKit) -> None:
    livekit.away = True
    sync_trunk(trunk.pk)
    run = SyncRun.objects.get()
    trunk.refresh_from_db()
    assert (run.outcome, run.error) == (TrunkStatus.PENDING, trunk.last_error)
    assert run.error
    assert run.calls == 1


def test_many_trunks_are_told_with_one_statement(make_trunk: MakeTrunk) -> None:
    trunks = [make_trunk() for _ in range(5)]
    with CaptureQueriesContext(connection) as queries:
        sync_rows(TRUNKS, [trunk.pk for trunk in trunks])
    assert SyncRun.objects.count() == len(trunks)
    assert sum('INSERT INTO "telephony_syncrun"' in query["sql"] for query in queries) == 1


def test_a_trunk_deleted_meanwhile_harms_nobody(trunk: Trunk, livekit: FakeLiveKit) -> None:
    livekit.on_call = lambda name, moment: Trunk.objects.filter(pk=trunk.pk).delete() and None
    sync_trunk(trunk.pk)
    assert not SyncRun.objects.filter(outcome=TrunkStatus.ACTIVE).exists()


def test_the_newest_are_kept_and_the_old_go(trunk: Trunk, make_trunk: MakeTrunk) -> None:
    quiet = make_trunk()
    add_runs(trunk, KEPT + 7)
    add_runs(quiet, 3, age=timedelta(days=31))
    add_runs(quiet, 2, age=timedelta(days=29))
    assert prune_runs() == 7 + 3
    assert [run.generation for run in SyncRun.objects.filter(trunk=trunk)] == list(range(KEPT + 6, 6, -1))
    assert SyncRun.objects.filter(trunk=quiet).count() == 2


def test_a_sweep_prunes(trunk: Trunk, livekit: FakeLiveKit) -> None:
    sync_trunk(trunk.pk)
    add_runs(trunk, KEPT + 5)
    sweep()
    assert SyncRun.objects.count() == KEPT
