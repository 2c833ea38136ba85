"""Whether LiveKit has a SIP service that takes calls is found out without a call, on both stand-ins."""

from collections.abc import Iterator

import pytest

from calls.dialer.outcomes import Next, outcome_of
from telephony.livekit import LiveKitClient, LiveKitError, LiveKitWithoutSip, rooms
from telephony.livekit.sip_service import check_sip_service
from tests.calls.ending_rows import ROWS
from tests.contract.phones import Phones


def standing(client: LiveKitClient) -> list[str]:
    return sorted(room.name for room in client.run(rooms.rooms()))


@pytest.fixture
def switched(phones: Phones) -> Iterator[Phones]:
    yield phones
    phones.service("on")


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ("off", "no response from servers"),
        ("draining", "no response from servers"),
        ("overloaded", "cpu exhausted"),
    ],
)
def test_a_service_that_takes_no_calls_is_found_out(
    client: LiveKitClient, switched: Phones, state: str, text: str
) -> None:
    before = standing(client)
    switched.service(state)
    with pytest.raises(LiveKitWithoutSip) as caught:
        client.run(check_sip_service())
    (row,) = (row for row in ROWS if row.quoted == ("unavailable", text))
    outcome = outcome_of(caught.value, rang=False)
    row.check(outcome, rang=False)
    assert outcome.next is Next.WAIT
    assert standing(client) == before


def test_a_service_that_takes_calls_answers_and_joins_no_room(client: LiveKitClient, switched: Phones) -> None:
    before = standing(client)
    with pytest.raises(LiveKitError) as caught:
        client.run(check_sip_service())
    assert not isinstance(caught.value, LiveKitWithoutSip)
    assert standing(client) == before
