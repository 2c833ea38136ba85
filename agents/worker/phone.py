"""The caller or callee in a room: joined, answered, left."""

import asyncio
from collections.abc import AsyncIterator

from livekit import rtc

from agents.names import TESTER

STATUS = "sip.callStatus"
HEARS = frozenset({"active", "automation"})
FRAME_MS = 20
TRANSFER = "transfer"  # the identity of a transfer target


def is_phone(who: rtc.RemoteParticipant) -> bool:
    """Return whether it is the caller or callee, or who tests the agent."""
    return who.identity == TESTER or (who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP and who.identity != TRANSFER)


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
        if phone.identity == TESTER or phone.attributes.get(STATUS) in HEARS:
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


async def phone_audio(room: rtc.Room, phone: str, rate: int) -> AsyncIterator[bytes]:
    """Yield the audio of a participant in frames of 20 ms, as 16-bit mono PCM, from its first track on."""
    track = await _track(room, phone)
    stream = rtc.AudioStream(track, sample_rate=rate, num_channels=1, frame_size_ms=FRAME_MS)
    try:
        async for event in stream:
            yield bytes(event.frame.data)
    finally:
        await stream.aclose()


async def _track(room: rtc.Room, phone: str) -> rtc.Track:
    """Wait for the phone's track."""
    found: asyncio.Future[rtc.Track] = asyncio.get_running_loop().create_future()

    def take(track: rtc.Track | None, who: rtc.RemoteParticipant) -> None:
        wanted = track is not None and who.identity == phone and track.kind == rtc.TrackKind.KIND_AUDIO
        if wanted and track is not None and not found.done():
            found.set_result(track)

    def subscribed(track: rtc.Track, publication: rtc.RemoteTrackPublication, who: rtc.RemoteParticipant) -> None:
        take(track, who)

    room.on("track_subscribed", subscribed)
    for who in room.remote_participants.values():
        for publication in who.track_publications.values():
            take(publication.track, who)
    try:
        return await found
    finally:
        room.off("track_subscribed", subscribed)
