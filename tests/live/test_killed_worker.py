"""A worker killed at any point of a sync, or an answer lost: after one reconcile exactly one set of objects stands."""

import os
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.live.faults import FaultyLiveKit
from tests.live.installation import TRUNKS, Api, Installation
from tests.live.process import wait_until
from tests.live.servers import LiveKitServer, RedisServer

pytestmark = [pytest.mark.live, pytest.mark.soak]
SOAK = os.environ.get("VOXA_SOAK") == "1"
WRITES = 4  # two outbound trunks, an inbound one, a rule
A_MINUTE_LATER = """
from django.core.management import call_command
from tests.telephony.sync.check import let_leases_expire
let_leases_expire()
call_command("reconcile_livekit")
"""
# What the dead worker holds, it holds for a minute; here most of that has passed.
THREE_SECONDS_BEFORE = """
from datetime import timedelta
from django.core.management import call_command
from django.utils import timezone
from telephony.models import LiveKitObject, Trunk
soon = timezone.now() + timedelta(seconds=3)
assert [model.objects.exclude(leased_until=None).update(leased_until=soon) for model in (Trunk, LiveKitObject)][0] == 1
call_command("reconcile_livekit")
assert timezone.now() > soon
"""
GATEWAYS = ({"ipOrDomain": "198.51.100.7"}, {"ipOrDomain": "198.51.100.8", "inbound": False})


def points(seed: int, few: int) -> list[tuple[str, int]]:
    """Return before and after each write: all of them in a soak, otherwise the same few each time."""
    every = [(when, n) for when in ("before", "after") for n in range(1, WRITES + 1)]
    return every if SOAK else random.Random(seed).sample(every, few)


@pytest.fixture(scope="module")
def faulty(livekit_process: LiveKitServer) -> Iterator[FaultyLiveKit]:
    proxy = FaultyLiveKit(livekit_process.http_url)
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def installation_process(
    new_installation: Callable[..., Installation], faulty: FaultyLiveKit
) -> Iterator[Installation]:
    """An installation whose way to LiveKit is faulty, with neither beat nor a worker but the test's own."""
    installation = new_installation(LIVEKIT_URL=faulty.url, PROVISION_WAIT_SECONDS="0")
    installation.worker.ready = None
    installation.web.start()
    yield installation
    installation.stop()


@pytest.fixture
def installation(
    installation_process: Installation, redis_server: RedisServer, faulty: FaultyLiveKit
) -> Iterator[Installation]:
    redis_server.flush()
    faulty.heal()
    yield installation_process
    installation_process.worker.kill()


@pytest.fixture
def trunk(acme_api: Api, number: str) -> dict[str, Any]:
    """A trunk of two gateways and a number, not synced yet: no worker runs."""
    created = acme_api.create_trunk(*GATEWAYS)
    acme_api.add_number(created["id"], number)
    return acme_api.trunk(created["id"])


def run_worker_until_killed(installation: Installation, faulty: FaultyLiveKit, when: str, n: int) -> None:
    """Start a worker that is killed before the n-th write reaches LiveKit, or after LiveKit has done it."""

    def kill(at: int, method: str) -> bool:
        if at == n:
            installation.worker.kill()
        return at < n

    setattr(faulty, when, kill)
    installation.worker.start()
    wait_until(lambda: not installation.worker.running, f"worker killed {when} write {n}", 60)
    faulty.heal()


def reconcile_a_minute_later(installation: Installation) -> None:
    """Expire the dead worker's leases without waiting, then reconcile once."""
    installation.manage("shell", "-v0", "-c", A_MINUTE_LATER)


def exactly_one_set_stands(api: Api, trunk: dict[str, Any], number: str) -> None:
    now, standing = api.trunk(trunk["id"]), api.standing(trunk)
    assert now["status"] == "active"
    assert sorted(one.address for one in standing.outbound) == ["198.51.100.7:5060", "198.51.100.8:5060"]
    (inbound,), (rule,) = standing.inbound, standing.rules
    assert (list(inbound.numbers), list(rule.trunk_ids)) == ([number], [inbound.sip_trunk_id])
    assert now["livekitInboundTrunkId"] == inbound.sip_trunk_id
    assert now["livekitDispatchRuleId"] == rule.sip_dispatch_rule_id
    assert now["livekitOutboundTrunkId"] == next(
        one.sip_trunk_id for one in standing.outbound if one.address.startswith("198.51.100.7:")
    )


@pytest.mark.parametrize(("when", "n"), points(seed=1, few=3))
def test_killed_at_a_write(
    acme_api: Api,
    trunk: dict[str, Any],
    number: str,
    installation: Installation,
    faulty: FaultyLiveKit,
    when: str,
    n: int,
) -> None:
    run_worker_until_killed(installation, faulty, when, n)
    reconcile_a_minute_later(installation)
    exactly_one_set_stands(acme_api, trunk, number)


def test_a_reconcile_at_once_waits_for_what_the_dead_worker_holds(
    acme_api: Api, trunk: dict[str, Any], number: str, installation: Installation, faulty: FaultyLiveKit
) -> None:
    run_worker_until_killed(installation, faulty, "after", 2)
    installation.manage("shell", "-v0", "-c", THREE_SECONDS_BEFORE)
    exactly_one_set_stands(acme_api, trunk, number)


@pytest.mark.parametrize("moment", range(40 if SOAK else 2))
def test_killed_at_any_moment(
    acme_api: Api, trunk: dict[str, Any], number: str, installation: Installation, faulty: FaultyLiveKit, moment: int
) -> None:
    delay = random.Random(moment).uniform(0, 0.1)  # seconds; a sync takes about half of it

    def strike(at: int, method: str) -> bool:
        if at == 1:
            threading.Timer(delay, installation.worker.kill).start()
        return True

    faulty.before = strike
    installation.worker.start()
    wait_until(lambda: not installation.worker.running, "worker killed", 60)
    reconcile_a_minute_later(installation)
    exactly_one_set_stands(acme_api, trunk, number)


@pytest.mark.parametrize("n", range(1, WRITES + 1) if SOAK else [2])
def test_an_answer_lost(
    acme_api: Api, trunk: dict[str, Any], number: str, installation: Installation, faulty: FaultyLiveKit, n: int
) -> None:
    faulty.after = lambda at, method: at != n
    installation.worker.start()
    wait_until(lambda: len(faulty.writes) >= n, f"write {n}", 60)
    reconcile_a_minute_later(installation)
    exactly_one_set_stands(acme_api, trunk, number)


@pytest.mark.parametrize(("when", "n"), points(seed=2, few=2))
def test_killed_while_removing(
    acme_api: Api, trunk: dict[str, Any], installation: Installation, faulty: FaultyLiveKit, when: str, n: int
) -> None:
    reconcile_a_minute_later(installation)  # after the last test's worker too
    assert len(acme_api.standing(trunk)) == WRITES
    acme_api.call("DELETE", f"{TRUNKS}/{trunk['id']}", expect=204)
    faulty.heal()
    run_worker_until_killed(installation, faulty, when, n)
    reconcile_a_minute_later(installation)
    assert len(acme_api.standing(trunk)) == 0
