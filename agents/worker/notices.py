"""Notices from the API to the agent in a call, for example that the call ends soon."""

import json
import logging

from livekit import rtc

from agents.worker.providers.base import Voice, Work

logger = logging.getLogger(__name__)

TOPIC = "voxa.notice"  # calls.services.notices sends it


class Notices:
    """Forwards notices to the voice."""

    def __init__(self, room: rtc.Room, voice: Voice, work: Work) -> None:
        self._room, self._voice, self._work = room, voice, work
        room.on("data_received", self._on_data)

    def stop(self) -> None:
        """Stop forwarding."""
        self._room.off("data_received", self._on_data)

    def _on_data(self, packet: rtc.DataPacket) -> None:
        if packet.topic != TOPIC or packet.participant is not None:  # only the API sends without a participant
            return
        try:
            notice = json.loads(packet.data)
            seconds, reason = int(notice["endsInSeconds"]), str(notice["reason"])
        except (ValueError, KeyError, TypeError):
            logger.warning("A notice could not be parsed.")
            return
        self._work.begin(self._voice.ends_soon(seconds, reason))
