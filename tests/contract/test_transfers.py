"""Handing a phone over by REFER."""

import pytest
from livekit import api

from tests.contract.cases import answers, dial_request, participants_now, wait_for
from tests.contract.phones import Phones


@pytest.fixture
async def talking(lk: api.LiveKitAPI, phones: Phones) -> None:
    """A phone in the room named `talk`."""
    await lk.sip.create_sip_participant(await dial_request(lk, "+15550100001", room_name="talk"))


async def transfer(lk: api.LiveKitAPI, to: str, room: str = "talk", identity: str = "phone") -> None:
    request = api.TransferSIPParticipantRequest(room_name=room, participant_identity=identity, transfer_to=to)
    await lk.sip.transfer_sip_participant(request)


@pytest.mark.usefixtures("talking")
@pytest.mark.parametrize("to", ["tel:+15550100002", "sip:desk@example.com", "<sips:desk@example.com>"])
async def test_who_was_handed_over_leaves(lk: api.LiveKitAPI, to: str) -> None:
    await transfer(lk, to)
    await wait_for(lambda: participants_now(lk, "talk"), lambda people: people == [])


@pytest.mark.usefixtures("talking")
async def test_who_was_declined_stays(lk: api.LiveKitAPI) -> None:
    with answers("permission_denied") as caught:
        await transfer(lk, "tel:+15550100603")
    assert isinstance(caught.value, api.SipCallError)
    assert (caught.value.sip_status_code, caught.value.sip_status) == (603, "Decline")
    assert [one.identity for one in await participants_now(lk, "talk")] == ["phone"]


@pytest.mark.usefixtures("talking")
async def test_what_cannot_be_handed_over_is_refused(lk: api.LiveKitAPI) -> None:
    with answers("invalid_argument", "transfer_to must be a valid SIP(s) or TEL URI (sip:, sips: or tel:)"):
        await transfer(lk, "+15550100002")
    with answers("invalid_argument", "missing transfer to"):
        await transfer(lk, "")
    with answers("not_found", "twirp error unknown: participant does not exist"):
        await transfer(lk, "tel:+15550100002", identity="nobody")
    with answers("not_found", "twirp error unknown: participant does not exist"):
        await transfer(lk, "tel:+15550100002", room="no-such-room")
