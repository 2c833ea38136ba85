"""What a dialed phone looks like to others, from ringing to its end."""

import asyncio
import time
from typing import Any

from google.protobuf.duration_pb2 import Duration
from livekit import api

from tests.contract.cases import answers, dial_request, participants_now, talking_phone, wait_for
from tests.contract.phones import Phones

RINGS_ON = "+15550100999"


async def status_in(lk: api.LiveKitAPI, room: str) -> list[str]:
    return [one.attributes["sip.callStatus"] for one in await participants_now(lk, room)]


async def test_a_phone_rings_until_its_limit_and_is_gone(lk: api.LiveKitAPI, phones: Phones) -> None:
    request = await dial_request(
        lk, RINGS_ON, room_name="ringing", wait_until_answered=False, ringing_timeout=Duration(seconds=1)
    )
    await lk.sip.create_sip_participant(request)
    await wait_for(lambda: status_in(lk, "ringing"), lambda found: found == ["ringing"])
    await wait_for(lambda: status_in(lk, "ringing"), lambda found: found == [])


async def test_a_dial_that_waits_for_nothing_hides_the_refusal(lk: api.LiveKitAPI, phones: Phones) -> None:
    request = await dial_request(lk, "+15550100486", room_name="hidden", wait_until_answered=False)
    assert (await lk.sip.create_sip_participant(request)).sip_call_id.startswith("SCL_")
    await wait_for(lambda: status_in(lk, "hidden"), lambda found: found == [])


async def test_a_callee_who_hangs_up_leaves(lk: api.LiveKitAPI, phones: Phones) -> None:
    await lk.sip.create_sip_participant(await dial_request(lk, "+15550100201", room_name="short"))
    await talking_phone(lk, "short")
    await wait_for(lambda: status_in(lk, "short"), lambda found: found == [])


async def test_the_phone_tells_numbers_trunk_and_gateway(lk: api.LiveKitAPI, phones: Phones) -> None:
    request = await dial_request(lk, "+15550100001", room_name="told", participant_attributes={"voxa.call": "1"})
    made = await lk.sip.create_sip_participant(request)
    phone = await talking_phone(lk, "told")
    assert phone.attributes.pop("sip.callIDFull") not in ("", made.sip_call_id)
    assert phone.attributes.pop("sip.callTag")
    assert dict(phone.attributes) == {
        "voxa.call": "1",
        "sip.callStatus": "active",
        "sip.callID": made.sip_call_id,
        "sip.trunkID": request.sip_trunk_id,
        "sip.phoneNumber": "+15550100001",
        "sip.trunkPhoneNumber": "+15550100000",
        "sip.hostname": "sip.example.com",
    }
    assert (made.room_name, made.participant_identity) == ("told", "phone")


async def test_hidden_numbers_are_not_told(lk: api.LiveKitAPI, phones: Phones) -> None:
    request = await dial_request(lk, "+15550100001", room_name="secret", hide_phone_number=True)
    await lk.sip.create_sip_participant(request)
    phone = await talking_phone(lk, "secret")
    assert set(phone.attributes) == {"sip.callStatus", "sip.callID", "sip.trunkID", "sip.callIDFull", "sip.callTag"}


async def test_without_an_identity_the_number_is_it(lk: api.LiveKitAPI, phones: Phones) -> None:
    request = await dial_request(lk, "+15550100001", room_name="unnamed", participant_identity="")
    assert (await lk.sip.create_sip_participant(request)).participant_identity == "sip_+15550100001"


async def test_what_cannot_be_dialed_is_refused(lk: api.LiveKitAPI, phones: Phones) -> None:
    async def dial(**fields: Any) -> None:
        await lk.sip.create_sip_participant(await dial_request(lk, fields.pop("to", "+15550100001"), **fields))

    with answers("not_found", "requested sip trunk does not exist", status=404):
        await dial(sip_trunk_id="ST_missing")
    with answers("invalid_argument", "missing sip trunk id and sip number"):
        await dial(sip_trunk_id="", sip_number="")
    with answers("invalid_argument", "missing sip callee number"):
        await dial(to="")
    with answers("invalid_argument", "SipCallTo should be a phone number or SIP user, not a full SIP URI"):
        await dial(to="someone@sip.example.com")
    with answers("invalid_argument", "missing room name"):
        await dial(room_name="")


async def test_keys_of_a_dial_are_pressed_before_it_talks(lk: api.LiveKitAPI, phones: Phones) -> None:
    request = await dial_request(lk, "+15550100001", room_name="keys", dtmf="1w2")
    dialing = asyncio.create_task(lk.sip.create_sip_participant(request))
    await wait_for(lambda: status_in(lk, "keys"), lambda found: found == ["automation"])
    pressed = time.monotonic()
    await dialing
    await talking_phone(lk, "keys")
    assert time.monotonic() - pressed > 1  # 0.54 s a key and half a second of pause, less what was missed of it


async def test_a_call_lasts_from_its_invite_to_its_limit(lk: api.LiveKitAPI, phones: Phones) -> None:
    request = await dial_request(
        lk,
        "+15550100999",
        room_name="long",
        ringing_timeout=Duration(seconds=30),
        max_call_duration=Duration(seconds=2),
    )
    with answers("canceled", "twirp error unknown: sip request timed out", status=408):
        await lk.sip.create_sip_participant(request)


async def test_a_room_closed_while_it_rings_reads_as_rung_out(lk: api.LiveKitAPI, phones: Phones) -> None:
    request = await dial_request(lk, RINGS_ON, room_name="closed", ringing_timeout=Duration(seconds=30))
    dialing = asyncio.create_task(lk.sip.create_sip_participant(request))
    await wait_for(lambda: status_in(lk, "closed"), lambda found: found == ["ringing"])
    await lk.room.delete_room(api.DeleteRoomRequest(room="closed"))
    with answers("canceled", "twirp error unknown: sip request timed out", status=408):
        await dialing
