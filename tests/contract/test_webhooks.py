"""Events as LiveKit tells them."""

import base64
import hashlib
import time

import jwt
import pytest
from livekit import api
from livekit.protocol.models import DisconnectReason

from tests.contract.cases import dial_request, talking_phone
from tests.contract.receiver import Receiver
from tests.live.servers import LiveKitEndpoint

CALLEE = "+15550100001"


@pytest.fixture
def server(told_server: LiveKitEndpoint) -> LiveKitEndpoint:
    return told_server


async def call(lk: api.LiveKitAPI, room: str, number: str = CALLEE) -> None:
    await lk.sip.create_sip_participant(await dial_request(lk, number, room_name=room))


async def close(lk: api.LiveKitAPI, room: str) -> None:
    await lk.room.delete_room(api.DeleteRoomRequest(room=room))


async def test_a_call_is_told_from_room_to_room(lk: api.LiveKitAPI, receiver: Receiver) -> None:
    await lk.room.create_room(api.CreateRoomRequest(name="whole", metadata="m"))
    await call(lk, "whole")
    await talking_phone(lk, "whole")
    await close(lk, "whole")
    events = receiver.wait_for("whole", "room_finished")
    assert [event.event for event in events] == [
        "room_started",
        "participant_joined",
        "participant_left",
        "room_finished",
    ]
    started, joined, left, finished = events
    assert {event.room.sid for event in events} == {finished.room.sid}
    assert started.room.metadata == "m"
    assert (joined.participant.identity, joined.participant.kind) == ("phone", api.ParticipantInfo.SIP)
    assert joined.participant.attributes["sip.callStatus"] == "dialing"
    assert left.participant.attributes["sip.callStatus"] == "active"
    assert left.participant.sid == joined.participant.sid
    assert (joined.participant.state, left.participant.state) == (
        api.ParticipantInfo.ACTIVE,
        api.ParticipantInfo.DISCONNECTED,
    )
    assert left.participant.disconnect_reason == DisconnectReason.ROOM_DELETED


async def test_each_event_has_an_id_and_a_time(lk: api.LiveKitAPI, receiver: Receiver) -> None:
    await call(lk, "numbered")
    await close(lk, "numbered")
    events = receiver.wait_for("numbered", "room_finished")
    assert len({event.id for event in events}) == 4
    assert all(event.id.startswith("EV_") and abs(event.created_at - time.time()) < 60 for event in events)


@pytest.mark.parametrize(
    ("number", "reason", "status"),
    [
        ("+15550100486", DisconnectReason.USER_REJECTED, "ringing"),
        ("+15550100480", DisconnectReason.USER_UNAVAILABLE, "ringing"),
        ("+15550100201", DisconnectReason.CLIENT_INITIATED, "hangup"),
    ],
)
async def test_a_phone_that_goes_by_itself_says_so(
    lk: api.LiveKitAPI, receiver: Receiver, number: str, reason: DisconnectReason, status: str
) -> None:
    request = await dial_request(lk, number, room_name=number, wait_until_answered=False)
    await lk.sip.create_sip_participant(request)
    events = receiver.wait_for(number, "participant_left")
    assert [event.event for event in events] == ["room_started", "participant_joined", "participant_left"]
    phone = events[-1].participant
    assert (phone.disconnect_reason, phone.attributes["sip.callStatus"]) == (reason, status)


async def test_a_phone_taken_out_says_so(lk: api.LiveKitAPI, receiver: Receiver) -> None:
    await call(lk, "removed")
    await lk.room.remove_participant(api.RoomParticipantIdentity(room="removed", identity="phone"))
    left = receiver.wait_for("removed", "participant_left")[-1]
    assert left.participant.disconnect_reason == DisconnectReason.PARTICIPANT_REMOVED


async def test_the_signature_holds_the_bodys_hash(
    lk: api.LiveKitAPI, server: LiveKitEndpoint, receiver: Receiver
) -> None:
    await lk.room.create_room(api.CreateRoomRequest(name="signed"))
    receiver.wait_for("signed", "room_started")
    kind, token, body = next(told for told in receiver.told if '"signed"' in told[2])
    claims = jwt.decode(token, server.secret, algorithms=["HS256"])
    assert kind == "application/webhook+json"
    assert claims["iss"] == server.key
    assert base64.b64decode(claims["sha256"]) == hashlib.sha256(body.encode()).digest()
    assert 0 < claims["exp"] - time.time() <= 300


async def test_a_fault_of_the_receivers_is_tried_again_in_order(lk: api.LiveKitAPI, receiver: Receiver) -> None:
    receiver.answers["again"] = [503]
    await lk.room.create_room(api.CreateRoomRequest(name="again"))
    await close(lk, "again")
    receiver.wait_for("again", "room_finished")
    assert [event.event for event in receiver.events("again")] == ["room_started", "room_started", "room_finished"]
    assert len({event.id for event in receiver.events("again")}) == 2


async def test_a_refusal_of_the_receivers_loses_the_event(lk: api.LiveKitAPI, receiver: Receiver) -> None:
    receiver.answers["lost"] = [400]
    await lk.room.create_room(api.CreateRoomRequest(name="lost"))
    await close(lk, "lost")
    receiver.wait_for("lost", "room_finished")
    assert [event.event for event in receiver.events("lost")] == ["room_started", "room_finished"]
