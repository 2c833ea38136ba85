"""LiveKit is away: what is saved waits, and reaches LiveKit when it is back."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.installation import TRUNKS, Api, Installation
from tests.live.servers import LiveKitServer

pytestmark = pytest.mark.live
PROVISION_WAIT_SECONDS = 3  # the default


@pytest.fixture
def standing_trunk(acme_api: Api, number: str, livekit_server: LiveKitServer) -> dict[str, Any]:
    """A trunk with a number that reached LiveKit while it was there."""
    trunk = acme_api.create_trunk()
    acme_api.add_number(trunk["id"], number)
    return acme_api.wait_active(trunk["id"])


@pytest.fixture
def livekit_away(standing_trunk: dict[str, Any], livekit_server: LiveKitServer) -> Iterator[LiveKitServer]:
    livekit_server.stop()
    yield livekit_server
    livekit_server.start()


@pytest.mark.timeout(400)
def test_what_was_saved_and_deleted_meanwhile_is_so_within_90_seconds_by_itself(
    acme_api: Api, standing_trunk: dict[str, Any], livekit_away: LiveKitServer
) -> None:
    started = time.monotonic()
    new = acme_api.create_trunk()
    assert time.monotonic() - started < PROVISION_WAIT_SECONDS + 1
    assert (new["status"], new["livekitOutboundTrunkId"]) == ("pending", None)
    acme_api.call("DELETE", f"{TRUNKS}/{standing_trunk['id']}", expect=204)
    livekit_away.start()
    assert len(acme_api.standing(standing_trunk)) == 3
    back = time.monotonic()
    acme_api.wait_active(new["id"], seconds=90)
    acme_api.wait_gone(standing_trunk, seconds=back + 90 - time.monotonic())
    assert len(acme_api.standing(new).outbound) == 1


def test_provision_makes_it_active_at_once(acme_api: Api, livekit_away: LiveKitServer) -> None:
    trunk = acme_api.create_trunk()
    assert trunk["status"] == "pending"
    livekit_away.start()
    trunk = acme_api.call("POST", f"{TRUNKS}/{trunk['id']}/provision")
    assert trunk["status"] == "active"
    assert trunk["livekitOutboundTrunkId"] in acme_api.livekit.standing().ids


def test_one_reconcile_does_what_was_deleted_meanwhile(
    acme_api: Api, standing_trunk: dict[str, Any], livekit_away: LiveKitServer, installation: Installation
) -> None:
    acme_api.call("DELETE", f"{TRUNKS}/{standing_trunk['id']}", expect=204)
    passing = acme_api.create_trunk()
    acme_api.call("DELETE", f"{TRUNKS}/{passing['id']}", expect=204)
    livekit_away.start()
    assert len(acme_api.standing(standing_trunk)) == 3
    installation.manage("reconcile_livekit")
    assert len(acme_api.standing(standing_trunk)) == 0
    assert len(acme_api.standing(passing)) == 0
