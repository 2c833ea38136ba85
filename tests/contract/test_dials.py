"""What LiveKit makes of a dial, asked through the client that Voxa dials with."""

import asyncio
import uuid

import pytest

from telephony.livekit import (
    LiveKitClient,
    LiveKitError,
    LiveKitNotFound,
    LiveKitUnavailable,
    LiveKitUnreached,
    OutboundTrunkSpec,
    SipRefused,
    trunks,
)
from telephony.livekit.rooms import Dial, Participant, close_room, create_room, dial, participants, rooms, transfer
from tests.contract.phones import Phones
from tests.live.process import wait_until


def to(client: LiveKitClient, number: str, address: str = "sip.example.org:5060", ringing: float = 5) -> Dial:
    spec = OutboundTrunkSpec(name="out", metadata="", address=address, numbers=("*",))
    return Dial(
        livekit_trunk_id=client.run(trunks.create_outbound(spec)),
        to=number,
        caller_id="+15550100000",
        room=f"call-{uuid.uuid4()}",
        identity="phone",
        ringing_seconds=ringing,
        max_seconds=60,
        attributes={"voxa.call": "1"},
    )


def test_an_answered_call_stands_in_its_room_with_its_agent(client: LiveKitClient, phones: Phones) -> None:
    asked = to(client, "+15550100001")
    client.run(create_room(asked.room, agent_name="voxa-agent", agent_metadata={"call": "1"}, empty_seconds=30))
    answered = client.run(dial(asked))
    assert answered.livekit_call_id

    def phones_in_room() -> list[Participant]:
        return [who for who in client.run(participants(asked.room)) if who.is_phone]

    # The attribute follows the answer, a moment later.
    wait_until(lambda: [who.attributes["sip.callStatus"] for who in phones_in_room()] == ["active"], "it talks")
    (phone,) = phones_in_room()
    assert phone.attributes["voxa.call"] == "1"
    assert (phone.attributes["sip.phoneNumber"], phone.attributes["sip.trunkPhoneNumber"]) == (
        "+15550100001",
        "+15550100000",
    )
    assert asked.room in [room.name for room in client.run(rooms())]
    client.run(close_room(asked.room))
    assert client.run(participants(asked.room)) == []


@pytest.mark.parametrize("code", [404, 408, 480, 486, 500, 503, 603])
def test_a_refusal_keeps_its_sip_code(client: LiveKitClient, phones: Phones, code: int) -> None:
    with pytest.raises(SipRefused) as refused:
        client.run(dial(to(client, f"+1555010{code:04}")))
    assert refused.value.sip_code == code


def test_ringing_ends_at_its_limit(client: LiveKitClient, phones: Phones) -> None:
    with pytest.raises(LiveKitError, match="Nobody answered before the ringing timeout") as rang_out:
        client.run(dial(to(client, "+15550100999", ringing=1)))
    assert not isinstance(rang_out.value, SipRefused)


def test_a_lost_answer_leaves_the_phone_in_the_room(client: LiveKitClient, phones: Phones) -> None:
    asked = to(client, "+15550100001", "lost.example.org:5060", ringing=1)
    with pytest.raises(LiveKitUnavailable) as lost:
        client.run(dial(asked))
    assert not isinstance(lost.value, LiveKitUnreached)
    assert [who.identity for who in client.run(participants(asked.room))] == ["phone"]


def test_no_dial_without_a_trunk_and_no_room_without_a_name(client: LiveKitClient, phones: Phones) -> None:
    missing = Dial(
        livekit_trunk_id="ST_missing", to="+15550100001", caller_id="+15550100000", room="r", identity="phone",
        ringing_seconds=1, max_seconds=60,
    )  # fmt: skip
    with pytest.raises(LiveKitNotFound):
        client.run(dial(missing))
    with pytest.raises(LiveKitNotFound):
        client.run(close_room("no-such-room"))


def test_a_server_that_is_away_was_certainly_not_reached() -> None:
    away = LiveKitClient("ws://127.0.0.1:1", "key", "s" * 32)
    with pytest.raises(LiveKitUnreached):
        away.run(rooms())


def test_a_transfer_that_is_declined_says_so(client: LiveKitClient, phones: Phones) -> None:
    asked = to(client, "+15550100001")
    client.run(dial(asked))
    with pytest.raises(SipRefused) as refused:
        client.run(transfer(asked.room, "phone", "tel:+15550100603"))
    assert refused.value.sip_code == 603
    client.run(transfer(asked.room, "phone", "tel:+15550100002"))


def test_many_dials_wait_side_by_side(client: LiveKitClient, phones: Phones) -> None:
    asked = [to(client, f"+1555010100{n}") for n in range(8)]

    async def all_at_once() -> list[str]:
        return [answer.livekit_call_id for answer in await asyncio.gather(*(client.arun(dial(one)) for one in asked))]

    assert len(set(asyncio.run(all_at_once()))) == 8


def test_a_hash_of_a_tech_prefix_is_escaped_on_the_wire(client: LiveKitClient, phones: Phones) -> None:
    asked = to(client, "99#15550100001")
    client.run(dial(asked))
    (phone,) = [who for who in client.run(participants(asked.room)) if who.is_phone]
    assert phone.attributes["sip.phoneNumber"] == "99%2315550100001"
