"""What LiveKit answered is recorded for many trunks at once, and soon where answers are slow."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from telephony.models import LiveKitObject
from telephony.sync import records
from telephony.sync.apply import sync_rows
from telephony.sync.kinds import TRUNKS
from telephony.sync.results import Outcome
from tests.telephony.sync.check import assert_in_step
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit


def _statements_for(make_trunk: MakeTrunk, numbers: range) -> int:
    trunks = [make_trunk([f"+1555010000{number}"]).pk for number in numbers]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert set(sync_rows(TRUNKS, trunks).values()) == {Outcome.ACTIVE}
    return len(asked)


def test_many_trunks_take_as_many_statements_as_one(make_trunk: MakeTrunk, livekit: FakeLiveKit) -> None:
    _statements_for(make_trunk, range(1))  # the first of an installation names the installation
    assert _statements_for(make_trunk, range(1, 2)) == _statements_for(make_trunk, range(2, 9))
    assert_in_step(livekit)


def test_what_waits_for_long_is_recorded_before_the_last_call_ends(
    make_trunk: MakeTrunk, livekit: FakeLiveKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "LATE", -1.0)
    recorded: list[int] = []
    livekit.on_call = lambda name, moment: recorded.append(LiveKitObject.objects.exclude(livekit_id="").count())
    sync_rows(TRUNKS, [make_trunk(["+15550100000"]).pk])
    assert recorded == [0, 0, 1, 1, 2, 2]


def test_a_full_statement_does_not_wait(
    make_trunk: MakeTrunk, livekit: FakeLiveKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "AT_ONCE", 2)
    trunks = [make_trunk([f"+1555010000{number}"]).pk for number in range(3)]
    assert set(sync_rows(TRUNKS, trunks, concurrency=2).values()) == {Outcome.ACTIVE}
    assert_in_step(livekit)
