"""An answer of LiveKit is not forgotten when the database fails once, and a create is waited for however late it is."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from telephony.models import LiveKitObject, Trunk
from telephony.sync import lease as leases
from telephony.sync import records
from telephony.sync.apply import sync_rows, sync_trunk
from telephony.sync.kinds import TRUNKS
from telephony.sync.removal import remove_objects, tombstones
from telephony.sync.results import Outcome
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit


@pytest.mark.django_db(transaction=True)
def test_answers_of_a_failed_statement_are_recorded_with_the_next(
    make_trunk: MakeTrunk, livekit: FakeLiveKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "AT_ONCE", 2)
    trunks = [make_trunk([f"+1555010000{number}"]).pk for number in range(3)]
    failures = [OperationalError("database is locked")]

    def fail_once(execute: Any, sql: str, *rest: Any) -> Any:
        if "answered" in sql and failures:
            raise failures.pop()
        return execute(sql, *rest)

    with connection.execute_wrapper(fail_once):
        outcomes = sync_rows(TRUNKS, trunks, concurrency=2)
    done = [pk for pk, outcome in outcomes.items() if outcome is Outcome.ACTIVE]
    assert len(done) == 2
    assert not LiveKitObject.objects.filter(trunk__in=done, fingerprint="").exists()
    assert set(LiveKitObject.objects.exclude(livekit_id="").values_list("livekit_id", flat=True)) == livekit.ids()


def test_a_create_late_in_a_batch_is_waited_for_when_its_trunk_is_deleted(
    make_trunk: MakeTrunk, livekit: FakeLiveKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEW_AFTER", -1.0)
    trunk = make_trunk(["+15550100000"])

    def act(name: str, moment: str) -> None:
        if (name, moment) == ("create outbound", "before"):  # the batch takes long: what it intended first has run out
            LiveKitObject.objects.update(leased_until=timezone.now() - leases.LEASE)
        if (name, moment) == ("create inbound", "before"):
            Trunk.objects.get(pk=trunk.pk).delete()
            remove_objects(tombstones().values_list("pk", flat=True))

    livekit.on_call = act
    sync_trunk(trunk.pk)
    assert livekit.ids() == set()
    assert not LiveKitObject.objects.exists()
