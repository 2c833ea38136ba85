"""Numbers that something else on the server holds, or held a moment ago."""

import pytest

from telephony.choices import TrunkStatus
from telephony.livekit import InboundTrunkSpec, trunks
from telephony.models import PhoneNumber
from telephony.sync.apply import sync_rows, sync_trunk
from telephony.sync.kinds import TRUNKS
from telephony.sync.results import Outcome
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit

ONE, TWO, THREE = "+15550100001", "+15550100002", "+15550100003"


def _held(livekit: FakeLiveKit) -> dict[str, tuple[str, ...]]:
    return {stored.spec.name: stored.spec.numbers for stored in livekit.inbound()}


def _move(number: str, trunk: object) -> None:
    row = PhoneNumber.objects.get(number=number)
    row.trunk = trunk  # type: ignore[assignment]
    row.save()


def test_a_moved_number_is_released_first_and_then_claimed(make_trunk: MakeTrunk, livekit: FakeLiveKit) -> None:
    old, new = make_trunk([ONE], name="Old"), make_trunk(name="New")
    sync_rows(TRUNKS, [old.pk, new.pk])
    _move(ONE, new)
    assert sync_trunk(new.pk) == Outcome.ACTIVE
    assert _held(livekit) == {"New": (ONE,)}


def test_a_number_added_by_an_update_is_released_first_too(make_trunk: MakeTrunk, livekit: FakeLiveKit) -> None:
    old, new = make_trunk([ONE, THREE], name="Old"), make_trunk([TWO], name="New")
    sync_rows(TRUNKS, [old.pk, new.pk])
    _move(ONE, new)
    assert sync_trunk(new.pk) == Outcome.ACTIVE
    assert _held(livekit) == {"Old": (THREE,), "New": (ONE, TWO)}


@pytest.mark.parametrize("concurrency", [1, 4])
def test_two_trunks_may_swap_their_only_numbers(make_trunk: MakeTrunk, livekit: FakeLiveKit, concurrency: int) -> None:
    a, b = make_trunk([ONE], name="A"), make_trunk([TWO], name="B")
    sync_rows(TRUNKS, [a.pk, b.pk])
    PhoneNumber.objects.filter(number=ONE).update(trunk=b)
    PhoneNumber.objects.filter(number=TWO).update(trunk=a)
    outcomes = sync_rows(TRUNKS, [a.pk, b.pk])
    assert set(outcomes.values()) == {Outcome.ACTIVE}
    assert _held(livekit) == {"A": (TWO,), "B": (ONE,)}
    assert len(livekit.rules()) == 2


def test_a_foreign_holder_fails_the_trunk_in_words_and_spares_its_other_numbers(
    make_trunk: MakeTrunk, livekit: FakeLiveKit
) -> None:
    theirs = InboundTrunkSpec(
        name="theirs", metadata="", numbers=(ONE.removeprefix("+"),), allowed_addresses=("9.9.9.9",)
    )
    livekit.client_for_tests.run(trunks.create_inbound(theirs))
    trunk = make_trunk([ONE, TWO], name="Ours")
    assert sync_trunk(trunk.pk) == Outcome.FAILED
    trunk.refresh_from_db()
    assert trunk.status == TrunkStatus.FAILED
    assert ONE in trunk.last_error
    assert "not made by Voxa" in trunk.last_error
    assert _held(livekit) == {"theirs": (ONE.removeprefix("+"),), "Ours": (TWO,)}


def test_once_the_foreign_holder_is_gone_the_trunk_becomes_active(make_trunk: MakeTrunk, livekit: FakeLiveKit) -> None:
    theirs = InboundTrunkSpec(name="theirs", metadata="", numbers=(ONE,), allowed_addresses=("9.9.9.9",))
    foreign_id = livekit.client_for_tests.run(trunks.create_inbound(theirs))
    trunk = make_trunk([ONE], name="Ours")
    assert sync_trunk(trunk.pk) == Outcome.FAILED
    assert not livekit.rules()
    livekit.client_for_tests.run(trunks.delete_trunk(foreign_id))
    assert sync_trunk(trunk.pk) == Outcome.ACTIVE
    assert _held(livekit) == {"Ours": (ONE,)}


def test_a_number_of_a_deleted_trunk_waits_for_its_teardown_only(make_trunk: MakeTrunk, livekit: FakeLiveKit) -> None:
    old = make_trunk([ONE], name="Old")
    sync_trunk(old.pk)
    old.delete()
    new = make_trunk([ONE], name="New")
    assert sync_trunk(new.pk) == Outcome.ACTIVE
    assert _held(livekit) == {"New": (ONE,)}


def test_a_number_released_just_after_the_refusal_is_claimed_at_once(
    make_trunk: MakeTrunk, livekit: FakeLiveKit
) -> None:
    theirs = InboundTrunkSpec(name="theirs", metadata="", numbers=(ONE,), allowed_addresses=("9.9.9.9",))
    foreign_id = livekit.client_for_tests.run(trunks.create_inbound(theirs))
    trunk = make_trunk([ONE], name="Ours")

    def release(name: str, moment: str) -> None:
        if (name, moment) == ("list inbound", "before"):
            livekit.client_for_tests.run(trunks.delete_trunk(foreign_id))

    livekit.on_call = release
    assert sync_trunk(trunk.pk) == Outcome.ACTIVE
    assert _held(livekit) == {"Ours": (ONE,)}
