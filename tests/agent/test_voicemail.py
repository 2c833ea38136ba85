"""A voicemail is told from a person, and gets the message or nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import numpy as np
import pytest

from agents.worker import voicemail, watchers
from agents.worker.answerer import Answerer
from agents.worker.conversation import CALLER, Conversation, Ending, Turn
from agents.worker.greeting_sound import RATE
from agents.worker.greeting_words import MACHINE, score
from agents.worker.voicemail import VoicemailDetection
from tests.agent.conftest import NotedVoice, hear, told


@pytest.mark.parametrize(
    "text",
    [
        "Hi, you've reached Jo. Please leave a message after the tone.",
        "The person you are calling is not available right now.",
        "Your call has been forwarded to an automatic voice mail system.",
        "The wireless customer you are calling is not available.",
        "Leider bin ich nicht da. Hinterlassen Sie eine Nachricht nach dem Ton.",
        "Deje su mensaje después del tono.",
        "Laissez un message après le bip.",
    ],
)
def test_what_voicemails_say_is_known(text: str) -> None:
    assert score(text) >= MACHINE


@pytest.mark.parametrize(
    "text",
    [
        "Hello?",
        "Acme, Jo speaking, how can I help?",
        "Yes, I can talk now.",
        "I left a note.",
        "Who is this?",
        "The mailbox store, hello.",
    ],
)
def test_a_person_is_no_voicemail(text: str) -> None:
    assert score(text) < MACHINE


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voicemail, "BEEP_OVER", 0.05)
    monkeypatch.setattr(voicemail, "LISTEN_SECONDS", 0.5)
    monkeypatch.setattr(voicemail, "LOOK_EVERY", 0.01)


async def test_the_message_is_left_when_the_greeting_is_over(conversation: Conversation, voice: NotedVoice) -> None:
    conversation.answered()
    minding = asyncio.create_task(VoicemailDetection(conversation, voice, told()).run())
    hear(conversation, "Please leave a message after the beep.")
    await minding
    assert voice.did == ["hold", "Please call us back."]
    assert (await conversation.ended()).reason == "voicemail"


async def test_a_long_greeting_is_owed_no_answer(
    conversation: Conversation, voice: NotedVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchers, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(watchers, "PATIENCE", 0.3)
    conversation.answered()
    conversation.caller_speaking(True)
    conversation.said(Turn(CALLER, "Please leave a message after the beep.", 1.0, 2.0))
    conversation.caller_turn()
    minding = [
        asyncio.create_task(VoicemailDetection(conversation, voice, told()).run()),
        asyncio.create_task(watchers.mind_answers(conversation)),
    ]
    await asyncio.sleep(0.5)  # it goes on
    conversation.caller_speaking(False)
    assert (await conversation.ended()).reason == "voicemail"
    assert voice.did == ["hold", "Please call us back."]
    minding[1].cancel()


async def test_one_that_is_set_to_hang_up_says_nothing(conversation: Conversation, voice: NotedVoice) -> None:
    hear(conversation, "Please leave a message after the beep.")
    await VoicemailDetection(conversation, voice, told(agent={"voicemail": {"action": "hang_up", "message": ""}})).run()
    assert voice.did == []
    assert (await conversation.ended()).reason == "voicemail"


@pytest.mark.parametrize(
    "change", [{"call": {"direction": "inbound"}}, {"agent": {"voicemail": {"action": "", "message": ""}}}]
)
async def test_nobody_listens_for_one_where_none_is_expected(
    conversation: Conversation, voice: NotedVoice, change: dict[str, dict[str, object]]
) -> None:
    hear(conversation, "Please leave a message after the beep.")
    await VoicemailDetection(conversation, voice, told(**change)).run()
    assert not conversation.over


async def test_a_person_is_talked_with(conversation: Conversation, voice: NotedVoice) -> None:
    hear(conversation, "Hello?")
    await VoicemailDetection(conversation, voice, told()).run()
    assert (conversation.over, voice.did) == (False, [])


async def _beep() -> AsyncIterator[bytes]:
    tone = 8_000 * np.sin(2 * np.pi * 440 * np.arange(RATE // 2) / RATE)
    yield tone.astype(np.int16).tobytes()


async def test_a_beep_tells_a_voicemail_without_words(conversation: Conversation, voice: NotedVoice) -> None:
    conversation.answered()
    await VoicemailDetection(conversation, voice, told(), _beep()).run()
    assert voice.did == ["hold", "Please call us back."]


async def test_hints_in_a_conversation_with_a_person_do_not_count(
    conversation: Conversation, voice: NotedVoice
) -> None:
    for text in ("Jo speaking.", "She is not available right now, try again or call her back.", "After lunch."):
        hear(conversation, text)
    await VoicemailDetection(conversation, voice, told()).run()
    assert not conversation.over


@pytest.mark.parametrize(
    ("answerer", "detail", "did"),
    [
        (Answerer.VOICEMAIL, "A voicemail answered.", ["hold", "Please call us back."]),
        (Answerer.NO_MAILBOX, "A machine answered that takes no message.", ["hold"]),
    ],
)
async def test_the_model_knows_greetings_that_the_words_do_not(
    conversation: Conversation, voice: NotedVoice, answerer: Answerer, detail: str, did: list[str]
) -> None:
    conversation.answered()
    hear(conversation, "Talk to my robot.")
    detection = VoicemailDetection(conversation, judged(voice, answerer), told())
    await asyncio.gather(detection.run(), _greeted(detection, voice))
    assert voice.did == did
    assert await conversation.ended() == Ending("voicemail", detail)


@pytest.mark.parametrize("answerer", [Answerer.PERSON, Answerer.MENU, Answerer.UNKNOWN])
async def test_who_is_no_machine_is_greeted(conversation: Conversation, voice: NotedVoice, answerer: Answerer) -> None:
    detection = VoicemailDetection(conversation, judged(voice, answerer), told())
    await asyncio.gather(detection.run(), _greeted(detection, voice))
    assert (voice.did, conversation.over) == (["greet"], False)


async def test_a_model_outweighs_hints_but_no_sure_words(conversation: Conversation, voice: NotedVoice) -> None:
    hear(conversation, "Our office hours are nine to five, press one to try again.")
    await VoicemailDetection(conversation, judged(voice, Answerer.MENU), told()).run()
    assert not conversation.over
    hear(conversation, "Please record your message after the tone.")
    await VoicemailDetection(conversation, judged(voice, Answerer.PERSON), told()).run()
    assert conversation.over


async def test_a_slow_model_leaves_nobody_in_silence(
    conversation: Conversation, voice: NotedVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voicemail, "PATIENCE", 0.1)
    conversation.answered()
    conversation.caller_speaking(True)
    detection = VoicemailDetection(conversation, judged(voice, asyncio.Event().wait), told())
    detecting = asyncio.create_task(detection.run())
    greeting = asyncio.create_task(_greeted(detection, voice))
    await asyncio.sleep(0.2)
    assert voice.did == []  # a greeting goes on
    conversation.caller_speaking(False)
    await asyncio.wait_for(greeting, 0.3)
    assert voice.did == ["greet"]
    await detecting


async def test_who_never_stops_talking_is_greeted_in_the_end(
    conversation: Conversation, voice: NotedVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voicemail, "LONGEST", 0.1)
    conversation.answered()
    conversation.caller_speaking(True)
    detection = VoicemailDetection(conversation, judged(voice, asyncio.Event().wait), told())
    await asyncio.gather(detection.run(), asyncio.wait_for(_greeted(detection, voice), 0.3))
    assert voice.did == ["greet"]


async def test_nobody_is_asked_to_speak_while_the_model_judges(conversation: Conversation, voice: NotedVoice) -> None:
    conversation.answered()
    conversation.owes_answer_since = 1.0
    detecting = asyncio.create_task(VoicemailDetection(conversation, judged(voice, asyncio.Event().wait), told()).run())
    await asyncio.sleep(0.05)
    assert (conversation.is_acting, conversation.quiet_for) == (True, 0.0)
    detecting.cancel()


async def test_sure_words_do_not_wait_for_the_model(conversation: Conversation, voice: NotedVoice) -> None:
    hear(conversation, "Please leave a message after the beep.")
    hangs_up = told(agent={"voicemail": {"action": "hang_up", "message": ""}})
    await VoicemailDetection(conversation, judged(voice, asyncio.Event().wait), hangs_up).run()
    assert (await conversation.ended()).reason == "voicemail"


def judged(voice: NotedVoice, by: Answerer | Callable[[], Awaitable[object]]) -> NotedVoice:
    """Return the voice with a model that judges so."""

    async def judge() -> Answerer:
        if isinstance(by, Answerer):
            return by
        await by()
        return Answerer.UNKNOWN

    voice.judges = judge
    return voice


async def _greeted(detection: VoicemailDetection, voice: NotedVoice) -> None:
    if await detection.may_greet():
        await voice.greet()
