"""The domains that calls come in from."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from telephony.models import Gateway, Trunk
from telephony.sync.apply import sync_trunk
from telephony.sync.resolution import Resolution
from telephony.sync.resolve import resolve_due
from telephony.sync.results import Outcome
from telephony.tasks import resolve_domains
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit

HOST, NUMBER = "sip.example.com", "+15550100000"
START = datetime(2026, 1, 1, tzinfo=UTC)
Names = dict[str, tuple[str, ...]]


@pytest.fixture
def trunk(make_trunk: MakeTrunk) -> Trunk:
    return make_trunk([NUMBER], [HOST])


def _allowed(livekit: FakeLiveKit) -> tuple[str, ...]:
    return livekit.inbound()[0].spec.allowed_addresses


def test_a_sync_resolves_what_is_new(trunk: Trunk, livekit: FakeLiveKit, names: Names) -> None:
    names[HOST] = ("192.0.2.7", "2001:db8::7")
    assert sync_trunk(trunk.pk) == Outcome.ACTIVE
    assert _allowed(livekit) == ("192.0.2.7/32", "2001:db8::7/128")


def test_a_name_that_does_not_resolve_leaves_a_warning_and_the_outbound_side(
    trunk: Trunk, livekit: FakeLiveKit
) -> None:
    assert sync_trunk(trunk.pk) == Outcome.ACTIVE
    trunk.refresh_from_db()
    assert HOST in trunk.warnings[0]
    assert (len(livekit.outbound()), livekit.inbound()) == (1, [])


def test_changed_addresses_are_written_in_place(trunk: Trunk, livekit: FakeLiveKit, names: Names) -> None:
    with time_machine.travel(START, tick=False) as clock:
        names[HOST] = ("192.0.2.7",)
        sync_trunk(trunk.pk)
        before = livekit.ids()
        names[HOST] = ("192.0.2.8",)
        clock.shift(timedelta(minutes=5))
        resolve_domains()
    assert _allowed(livekit) == ("192.0.2.7/32", "192.0.2.8/32")
    assert livekit.ids() == before


def test_a_vanished_address_stays_a_day(trunk: Trunk, livekit: FakeLiveKit, names: Names) -> None:
    with time_machine.travel(START, tick=False) as clock:
        names[HOST] = ("192.0.2.7", "192.0.2.8")
        sync_trunk(trunk.pk)
        names[HOST] = ("192.0.2.8",)
        for _ in range(23):
            clock.shift(timedelta(hours=1))
            resolve_domains()
        assert _allowed(livekit) == ("192.0.2.7/32", "192.0.2.8/32")
        clock.shift(timedelta(hours=1))
        resolve_domains()
        assert _allowed(livekit) == ("192.0.2.8/32",)


def test_a_failure_keeps_the_last_good_addresses_however_old(trunk: Trunk, livekit: FakeLiveKit, names: Names) -> None:
    with time_machine.travel(START, tick=False) as clock:
        names[HOST] = ("192.0.2.7",)
        sync_trunk(trunk.pk)
        names.clear()
        clock.shift(timedelta(days=3))
        resolve_domains()
    assert _allowed(livekit) == ("192.0.2.7/32",)
    trunk.refresh_from_db()
    assert "at present" in trunk.warnings[0]


def test_another_host_never_inherits_the_addresses_of_the_old_one(
    trunk: Trunk, livekit: FakeLiveKit, names: Names
) -> None:
    names[HOST] = ("192.0.2.7",)
    sync_trunk(trunk.pk)
    gateway = Gateway.objects.get()
    gateway.ip_or_domain = "other.example.com"
    gateway.save()
    assert sync_trunk(trunk.pk) == Outcome.ACTIVE
    assert livekit.inbound() == []


def test_what_is_fresh_is_not_asked_again(trunk: Trunk, names: Names) -> None:
    names[HOST] = ("192.0.2.7",)
    assert resolve_due(seconds=10) == {trunk.pk}
    names[HOST] = ("192.0.2.8",)
    assert resolve_due(seconds=10) == set()


def test_a_resolution_is_read_as_it_was_written() -> None:
    resolution = Resolution((("192.0.2.7", START),), "an error")
    assert Resolution.read(resolution.write(HOST), HOST) == resolution
    assert Resolution.read(resolution.write(HOST), "other.example.com") == Resolution()
