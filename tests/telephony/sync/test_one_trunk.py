"""One trunk's way into LiveKit and through its changes."""

import pytest

from telephony.choices import TrunkStatus
from telephony.models import LiveKitAlias, LiveKitObject, PhoneNumber, Trunk
from telephony.sync.apply import sync_trunk
from telephony.sync.results import Outcome
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit

NUMBER = "+15550100000"


@pytest.fixture
def trunk(make_trunk: MakeTrunk) -> Trunk:
    return make_trunk([NUMBER], auth_username="user", auth_password="s3cret")


def test_a_trunk_becomes_three_objects_with_one_call_each(trunk: Trunk, livekit: FakeLiveKit) -> None:
    assert sync_trunk(trunk.pk) == Outcome.ACTIVE
    assert livekit.calls == ["create outbound", "create inbound", "create rule"]
    trunk.refresh_from_db()
    assert (trunk.status, trunk.synced_generation, trunk.lease_token) == (TrunkStatus.ACTIVE, trunk.generation, None)


def test_what_livekit_holds_is_what_the_rows_say(trunk: Trunk, livekit: FakeLiveKit) -> None:
    sync_trunk(trunk.pk)
    [outbound], [inbound], [rule] = livekit.outbound(), livekit.inbound(), livekit.rules()
    assert outbound.spec.address == "192.0.2.10:5060"
    assert (outbound.spec.auth_username, outbound.spec.auth_password) == ("user", "s3cret")
    assert (inbound.spec.numbers, inbound.spec.allowed_addresses) == ((NUMBER,), ("192.0.2.10/32",))
    assert inbound.spec.auth_password == ""
    assert (rule.spec.trunk_ids, rule.spec.agent_name, rule.spec.room_prefix) == (
        (inbound.id,), "voxa-agent", "call-"
    )  # fmt: skip
    assert rule.spec.attributes == {"voxa.workspace": str(trunk.workspace_id), "voxa.trunk": str(trunk.pk)}


def test_a_second_sync_calls_nothing(trunk: Trunk, livekit: FakeLiveKit) -> None:
    sync_trunk(trunk.pk)
    livekit.calls.clear()
    assert sync_trunk(trunk.pk) == Outcome.ACTIVE
    assert livekit.calls == []


def test_a_change_is_written_in_place(trunk: Trunk, livekit: FakeLiveKit) -> None:
    sync_trunk(trunk.pk)
    before = livekit.ids()
    trunk.auth_password = "another"
    trunk.save()
    livekit.calls.clear()
    assert sync_trunk(trunk.pk) == Outcome.ACTIVE
    assert livekit.calls == ["update outbound"]
    assert livekit.ids() == before
    assert livekit.outbound()[0].spec.auth_password == "another"


def test_a_removed_gateway_leaves_its_id_as_an_alias(trunk: Trunk, make_trunk: MakeTrunk, livekit: FakeLiveKit) -> None:
    trunk.gateways.create(ip_or_domain="192.0.2.20", inbound=False, priority=5)
    sync_trunk(trunk.pk)
    second = LiveKitObject.objects.get(source_id=trunk.gateways.get(priority=5).pk)
    trunk.gateways.get(priority=5).delete()
    sync_trunk(trunk.pk)
    assert second.livekit_id not in livekit.ids()
    assert LiveKitAlias.objects.get().livekit_id == second.livekit_id


def test_the_last_number_takes_rule_and_inbound_trunk_with_it(trunk: Trunk, livekit: FakeLiveKit) -> None:
    sync_trunk(trunk.pk)
    PhoneNumber.objects.get().delete()
    livekit.calls.clear()
    assert sync_trunk(trunk.pk) == Outcome.ACTIVE
    assert livekit.calls == ["update outbound", "delete rule", "delete trunk"]
    assert not livekit.inbound()
    assert livekit.outbound()[0].spec.numbers == ("*",)


def test_what_vanished_in_livekit_is_made_anew_and_keeps_its_old_id(trunk: Trunk, livekit: FakeLiveKit) -> None:
    sync_trunk(trunk.pk)
    old = livekit.ids()
    livekit.flush()
    trunk.name = "Renamed"
    trunk.save()
    assert sync_trunk(trunk.pk) == Outcome.ACTIVE
    assert len(livekit.ids()) == 3
    assert set(LiveKitAlias.objects.values_list("livekit_id", flat=True)) == old


def test_a_trunk_without_numbers_has_no_way_in(make_trunk: MakeTrunk, livekit: FakeLiveKit) -> None:
    assert sync_trunk(make_trunk().pk) == Outcome.ACTIVE
    assert (len(livekit.outbound()), livekit.inbound(), livekit.rules()) == (1, [], [])


def test_a_trunk_that_is_gone_is_no_error(livekit: FakeLiveKit, trunk: Trunk) -> None:
    pk = trunk.pk
    trunk.delete()
    assert sync_trunk(pk) == Outcome.GONE


def test_without_settings_a_trunk_stays_pending_and_says_why(
    trunk: Trunk, livekit: FakeLiveKit, settings: object
) -> None:
    settings.LIVEKIT_URL = ""  # type: ignore[attr-defined]
    assert sync_trunk(trunk.pk) == Outcome.PENDING
    trunk.refresh_from_db()
    assert "LIVEKIT_URL" in trunk.last_error
