"""LiveKit is away: what is saved waits, and reaches LiveKit when it is back."""

import time
from collections.abc import Iterator

import pytest

from tests.live.installation import TRUNKS, Api, Installation
from tests.live.servers import LiveKitServer

pytestmark = pytest.mark.live
PROVISION_WAIT_SECONDS = 3  # the default


@pytest.fixture
def livekit_away(acme_api: Api, livekit_server: LiveKitServer) -> Iterator[LiveKitServer]:
    livekit_server.stop()
    yield livekit_server
    livekit_server.start()


def test_a_new_trunk_is_pending_soon_and_active_by_itself_within_90_seconds(
    acme_api: Api, livekit_away: LiveKitServer
) -> None:
    started = time.monotonic()
    trunk = acme_api.create_trunk()
    assert time.monotonic() - started < PROVISION_WAIT_SECONDS + 1
    assert (trunk["status"], trunk["livekitOutboundTrunkId"]) == ("pending", None)
    livekit_away.start()
    trunk = acme_api.wait_active(trunk["id"], seconds=90)
    assert len(acme_api.standing(trunk).outbound) == 1


def test_provision_makes_it_active_at_once(acme_api: Api, livekit_away: LiveKitServer) -> None:
    trunk = acme_api.create_trunk()
    assert trunk["status"] == "pending"
    livekit_away.start()
    trunk = acme_api.call("POST", f"{TRUNKS}/{trunk['id']}/provision")
    assert trunk["status"] == "active"
    assert trunk["livekitOutboundTrunkId"] in acme_api.livekit.standing().ids


def test_a_trunk_deleted_meanwhile_leaves_nothing(
    acme_api: Api, number: str, livekit_server: LiveKitServer, installation: Installation
) -> None:
    trunk = acme_api.create_trunk()
    acme_api.add_number(trunk["id"], number)
    trunk = acme_api.wait_active(trunk["id"])
    livekit_server.stop()
    acme_api.call("DELETE", f"{TRUNKS}/{trunk['id']}", expect=204)
    livekit_server.start()
    assert len(acme_api.standing(trunk)) == 3
    installation.manage("reconcile_livekit")
    assert len(acme_api.standing(trunk)) == 0


def test_a_trunk_made_and_deleted_meanwhile_never_appears(
    acme_api: Api, livekit_away: LiveKitServer, installation: Installation
) -> None:
    trunk = acme_api.create_trunk()
    acme_api.call("DELETE", f"{TRUNKS}/{trunk['id']}", expect=204)
    livekit_away.start()
    installation.manage("reconcile_livekit")
    assert len(acme_api.standing(trunk)) == 0
