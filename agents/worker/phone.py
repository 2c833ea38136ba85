"""The caller or callee in a room: joined, answered, left."""

import asyncio

from livekit import rtc

STATUS = "sip.callStatus"
HEARS = frozenset({"active", "automation"})
TRANSFER = "transfer"  # the identity of a transfer target


def is_phone(who: rtc.RemoteParticipant) -> bool:
    """Return whether it is the caller or callee."""
    return who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP and who.identity != TRANSFER


async def wait_for_phone(room: rtc.Room, seconds: float) -> rtc.RemoteParticipant | None:
    """Return the phone when it joins; None if it did not join in time, or the room ended."""
    found: asyncio.Future[rtc.RemoteParticipant | None] = asyncio.get_running_loop().create_future()

    def look(*_: object) -> None:
        phone = next((who for who in room.remote_participants.values() if is_phone(who)), None)
        if phone is not None and not found.done():
            found.set_result(phone)

    def gone(*_: object) -> None:
        if not found.done():
            found.set_result(None)

    room.on("participant_connected", look)
    room.on("disconnected", gone)
    look()
    try:
        return await asyncio.wait_for(found, seconds)
    except TimeoutError:
        return None
    finally:
        room.off("participant_connected", look)
        room.off("disconnected", gone)


async def wait_for_answer(room: rtc.Room, phone: rtc.RemoteParticipant, seconds: float) -> bool:
    """Wait until the phone is answered; return False if that takes too long."""
    answered = asyncio.Event()

    def look(*_: object) -> None:
        if phone.attributes.get(STATUS) in HEARS:
            answered.set()

    room.on("participant_attributes_changed", look)
    look()
    try:
        await asyncio.wait_for(answered.wait(), seconds)
    except TimeoutError:
        return False
    finally:
        room.off("participant_attributes_changed", look)
    return True
