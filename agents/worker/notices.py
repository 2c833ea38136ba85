"""Notices of the API to the agent in a call, such as that the call ends soon."""

import json
import logging

from livekit import rtc

from agents.worker.providers.base import Voice, Work

logger = logging.getLogger(__name__)

TOPIC = "voxa.notice"  # calls.services.notices sends it


class Notices:
    """Passes notices on to whatever speaks."""

    def __init__(self, room: rtc.Room, voice: Voice, work: Work) -> None:
        self._voice, self._work = voice, work
        room.on("data_received", self._on_data)

    def _on_data(self, packet: rtc.DataPacket) -> None:
        if packet.topic != TOPIC or packet.participant is not None:  # only the API speaks for nobody in the room
            return
        try:
            notice = json.loads(packet.data)
            seconds, reason = int(notice["endsInSeconds"]), str(notice["reason"])
        except (ValueError, KeyError, TypeError):
            logger.warning("A notice could not be read.")
            return
        self._work.begin(self._voice.ends_soon(seconds, reason))
