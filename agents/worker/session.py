"""One call, from joining its room to the last report. Runs in a separate process."""

import asyncio
import logging
from contextlib import suppress
from http import HTTPStatus

from livekit import rtc
from livekit.agents import AutoSubscribe, JobContext

from agents.worker import greeting_sound, watchers
from agents.worker.abilities import Abilities
from agents.worker.api import Api, ApiFailed
from agents.worker.apology import apologise
from agents.worker.config import Config
from agents.worker.controls import Controls
from agents.worker.conversation import FAILED, OVER, Conversation, Ending
from agents.worker.fallback import Instead
from agents.worker.instructions import Instructions
from agents.worker.keypad import Keypad
from agents.worker.notices import Notices
from agents.worker.phone import phone_audio, wait_for_answer, wait_for_phone
from agents.worker.providers import voice_for
from agents.worker.providers.base import Voice, Work
from agents.worker.redaction import hide_in_logs
from agents.worker.rehearsal import Rehearsal
from agents.worker.reporting import Reporter
from agents.worker.voicemail import VoicemailDetection

logger = logging.getLogger(__name__)

INSTRUCTED_WITHIN = 8.0  # maximum seconds that a caller waits in silence
ANSWERED_WITHIN = 90.0  # seconds; a phone rings at most 75 s
RECORDED_WITHIN = 5.0  # seconds of retries for a recording
CLOSED_WITHIN = 5.0  # seconds for the API to close the room of a call that ended here; then the worker does


async def entrypoint(ctx: JobContext) -> None:
    """Handle a call. LiveKit runs this for each job."""
    try:
        async with Api(Config.read(), ctx.job.room.name) as api:
            await _Session(ctx, api).run()
    finally:
        ctx.shutdown()


class _Session:
    """A worker's session of one call."""

    def __init__(self, ctx: JobContext, api: Api) -> None:
        self._ctx, self._api, self._room = ctx, api, ctx.room
        self._keypad = Keypad(self._room, api)
        self._begin()

    def _begin(self) -> None:
        self._conversation = Conversation()
        self._work = Work(self._conversation)
        self._voice: Voice | None = None
        self._notices: Notices | None = None
        self._controls: Controls | None = None
        self._rehearsal: Rehearsal | None = None

    async def run(self) -> None:
        """Join, talk, report. Any failure ends the call, so that no caller is left alone."""
        instructed = asyncio.create_task(self._api.session(INSTRUCTED_WITHIN))
        self._room.on("disconnected", lambda *_: self._conversation.end())
        await self._ctx.connect(auto_subscribe=AutoSubscribe.AUDIO_ONLY)
        try:
            told = Instructions.read(await instructed)
        except ApiFailed as error:
            logger.error("No instructions for %s: %s", self._room.name, error)
            if error.status != HTTPStatus.CONFLICT:  # then the API has ended the call, or will
                await apologise(self._room)
                await self._close_room(0.0)
            return
        following: Instructions | None = told
        while following is not None:
            following = await self._go_through(following)

    async def _go_through(self, told: Instructions) -> Instructions | None:
        """Hold a conversation, or what is instead of one; return the instructions of the next one, if any."""
        for secret in told.provider.keys:
            hide_in_logs(secret)
        logger.info("Call %s: %s, by %s", told.call_id, told.direction, told.fallback.action or told.provider.kind)
        reporter = Reporter(self._api, self._conversation)
        self._work.begin(reporter.run())
        if told.test:
            self._rehearsal = Rehearsal(self._room, self._conversation)
            self._work.begin(self._rehearsal.run())
        self._work.begin(self._converse(told))
        return await self._leave(told, reporter, await self._conversation.ended())

    async def _converse(self, told: Instructions) -> None:
        phone = await wait_for_phone(self._room, ANSWERED_WITHIN)
        if phone is None:
            self._conversation.end()
            return
        self._end_when_gone(phone)
        abilities = Abilities(told, self._conversation, self._api, self._keypad)
        if told.fallback.action:
            self._work.begin(watchers.limit_duration(self._conversation, told.longest))
            await Instead(told, self._room, self._conversation, abilities, self._api).run(phone)
            return
        voice = self._voice = voice_for(told, self._room, self._conversation, abilities)
        self._notices = Notices(self._room, voice, self._work)
        await voice.start(phone.identity)
        if not await wait_for_answer(self._room, phone, ANSWERED_WITHIN):
            self._conversation.end()
            return
        self._conversation.answered()
        self._controls = Controls(self._room, voice, self._conversation, self._api, self._work)
        if self._rehearsal is not None:
            self._rehearsal.begin(voice)
        self._work.begin(watchers.limit_duration(self._conversation, told.longest))
        self._work.begin(watchers.mind_answers(self._conversation))
        self._work.begin(watchers.mind_silence(self._conversation, voice, told.silence))
        heard = phone_audio(self._room, phone.identity, greeting_sound.RATE)
        detection = VoicemailDetection(self._conversation, voice, told, heard)
        self._work.begin(detection.run())
        if told.transfer_first and await abilities.transfer_first():
            return
        if not await detection.may_greet():
            return
        if told.recording_announcement:
            await self._announce(voice, told.recording_announcement)
        await voice.greet()

    async def _announce(self, voice: Voice, words: str) -> None:
        """Announce the recording, then start it. A failed recording does not end the call."""
        self._work.begin(self._record(announced=await voice.say(words)))

    async def _record(self, *, announced: bool) -> None:
        try:
            await self._api.tell("record", {"announced": announced}, RECORDED_WITHIN)
        except ApiFailed as error:
            logger.warning("The call is not recorded: %s", error)

    async def _leave(self, told: Instructions, reporter: Reporter, ending: Ending) -> Instructions | None:
        self._work.stop()
        if self._notices is not None:
            self._notices.stop()
        if self._controls is not None:
            self._controls.stop()
        if self._voice is not None:
            with suppress(Exception):
                await asyncio.wait_for(self._voice.stop(), CLOSED_WITHIN)
        if following := await self._fallback(told, ending):
            await reporter.flush()
            self._begin()
            return following
        listens = self._conversation.answered_at is not None or not told.outbound
        if ending.reason in ("provider_failed", FAILED) and listens and self._room.isconnected():
            await apologise(self._room)
        if ending.reason == FAILED:
            ending = Ending(OVER, ending.detail)
        if self._rehearsal is not None:
            await self._rehearsal.ended(ending)
        taken = await reporter.finish(ending)
        if ending.reason:
            await self._close_room(0.0 if told.test or not taken else CLOSED_WITHIN)
        return None

    async def _fallback(self, told: Instructions, ending: Ending) -> Instructions | None:
        """Return the instructions of the call's fallback where its agent, or a fallback before, never spoke."""
        at_start = ending.reason == "provider_failed" and self._conversation.first_word_at is None
        if told.test or told.outbound or not (at_start or ending.reason == FAILED) or not self._room.isconnected():
            return None
        reason = "" if ending.reason == FAILED else ending.reason
        try:
            return Instructions.read(await self._api.next_fallback(reason, ending.detail))
        except ApiFailed as error:
            logger.info("The call has no fallback: %s", error)
            return None

    async def _close_room(self, seconds: float) -> None:
        """Wait for the API to close the room; close it here if that takes too long."""
        gone = asyncio.Event()
        self._room.on("disconnected", lambda *_: gone.set())
        if not self._room.isconnected():
            return
        try:
            await asyncio.wait_for(gone.wait(), seconds)
        except TimeoutError:
            with suppress(Exception):
                await self._ctx.delete_room()

    def _end_when_gone(self, phone: rtc.RemoteParticipant) -> None:
        def left(who: rtc.RemoteParticipant) -> None:
            if who.identity == phone.identity:
                self._conversation.end()

        self._room.on("participant_disconnected", left)
        if phone.identity not in self._room.remote_participants:
            self._conversation.end()
