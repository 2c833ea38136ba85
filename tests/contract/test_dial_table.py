"""How a dial ends: both stand-ins play each row of the table as the real SIP service does."""

import itertools

import pytest
from google.protobuf.duration_pb2 import Duration
from livekit import api

from tests.contract.cases import dial_request, talking_phone
from tests.contract.dial_table import TABLE, Row
from tests.contract.receiver import Receiver
from tests.live.servers import LiveKitEndpoint

rooms = (f"row-{n}" for n in itertools.count(1))


@pytest.fixture
def server(told_server: LiveKitEndpoint) -> LiveKitEndpoint:
    return told_server


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
async def test_a_dial_ends_as_the_real_sip_service_ends_it(lk: api.LiveKitAPI, receiver: Receiver, row: Row) -> None:
    room = next(rooms)
    request = await dial_request(
        lk, row.number, address=row.gateway, trunk=row.trunk, room_name=room,
        ringing_timeout=Duration(seconds=row.ringing),
    )  # fmt: skip
    with pytest.raises(api.ServerError) as caught:
        await lk.sip.create_sip_participant(request, timeout=40)
    error = caught.value
    assert (error.code, error.message) == (row.code, f"twirp error unknown: {row.text}")
    found = (error.sip_status_code, error.sip_status) if isinstance(error, api.SipCallError) else None
    assert found == row.sip
    phone = receiver.wait_for(room, "participant_left")[-1].participant
    assert (phone.disconnect_reason, phone.attributes["sip.callStatus"]) == (
        row.left,
        "ringing" if row.rang else "dialing",
    )
    assert "sip.callIDFull" not in phone.attributes


@pytest.mark.parametrize(
    ("gateway", "trunk"),
    [
        ("auth.example.com", {"auth_username": "acme", "auth_password": "right"}),
        ("srtp.example.com", {"media_encryption": api.SIPMediaEncryption.SIP_MEDIA_ENCRYPT_ALLOW}),
        ("plain.example.com", {}),
        ("untrusted.example.com", {}),
    ],
)
async def test_what_a_gateway_asks_for_lets_a_call_through(
    lk: api.LiveKitAPI, receiver: Receiver, gateway: str, trunk: dict[str, object]
) -> None:
    room = next(rooms)
    await lk.sip.create_sip_participant(
        await dial_request(lk, "+15550100001", address=gateway, trunk=trunk, room_name=room)
    )
    assert (await talking_phone(lk, room)).attributes["sip.callIDFull"]
