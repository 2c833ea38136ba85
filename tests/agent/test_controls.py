"""What people ask of the agent in a call reaches its voice, in order, and is confirmed."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from agents.names import CONTROL
from agents.worker.controls import Controls
from agents.worker.conversation import Conversation
from agents.worker.providers.base import Work
from agents.worker.providers.bridge import Bridge
from agents.worker.providers.media_streams import MediaStreamsVoice
from agents.worker.providers.spoken import SpokenVoice
from tests.agent.conftest import NotedVoice, told

NOTHING: Any = None


class Line:
    """A room that hands packets over, and an API that keeps what it is told."""

    def __init__(self, voice: Any, conversation: Conversation) -> None:
        self.confirmed: list[tuple[str, bool]] = []
        self.work = Work(conversation)
        line: Any = self
        Controls(line, voice, conversation, line, self.work)

    def on(self, event: str, take: Any) -> None:
        self.take = take

    async def tell(self, path: str, body: dict[str, Any], seconds: float) -> None:
        self.confirmed.append((body["action"], body["done"]))

    async def ask(self, *actions: str, text: str = "", topic: str = CONTROL, participant: Any = None) -> None:
        for action in actions:
            data = json.dumps({"id": "1", "action": action, "text": text}).encode()
            self.take(SimpleNamespace(data=data, topic=topic, participant=participant))
        for _ in range(20):
            await asyncio.sleep(0)


async def test_the_agent_speaks_instead_of_what_it_is_saying(conversation: Conversation, voice: NotedVoice) -> None:
    line = Line(voice, conversation)
    await line.ask("say", text="One moment.")
    assert voice.did == ["quiet", "speaks", "One moment."]
    assert line.confirmed == [("say", True)]


async def test_on_hold_it_neither_hears_nor_speaks_and_nobody_waits(
    conversation: Conversation, voice: NotedVoice
) -> None:
    line = Line(voice, conversation)
    conversation.answered()
    await line.ask("hold")
    assert (voice.did, conversation.is_acting) == (["quiet", "deaf"], True)
    voice.did.clear()
    await line.ask("say", text="Still there?")
    assert voice.did == ["quiet", "speaks", "Still there?", "quiet"]
    await line.ask("mute", "resume")
    assert (voice.did[-1], conversation.is_acting) == ("deaf", True)  # muted before it was resumed
    await line.ask("unmute", "hold", "hold", "resume")
    assert (voice.did[-2:], conversation.is_acting) == (["speaks", "hears"], False)
    assert {done for _, done in line.confirmed} == {True}


async def test_what_it_cannot_do_is_confirmed_as_failed_and_the_call_goes_on(conversation: Conversation) -> None:
    line = Line(NotedVoice(conversation, can_say=False), conversation)
    await line.ask("say", text="One moment.")
    broken = Line(SimpleNamespace(quiet=NOTHING), conversation)
    await broken.ask("hold")
    assert (line.confirmed, broken.confirmed) == ([("say", False)], [("hold", False)])
    assert not conversation.over


async def test_a_whisper_is_for_the_agent_alone(conversation: Conversation, voice: NotedVoice) -> None:
    line = Line(voice, conversation)
    await line.ask("whisper", text="Offer ten percent.")
    assert (voice.did, line.confirmed) == (["whisper Offer ten percent."], [("whisper", True)])
    session, abilities = SimpleNamespace(on=lambda *_: None), SimpleNamespace(schemas=list)
    spoken: Any = SpokenVoice(told(), NOTHING, conversation, abilities, session, NOTHING, says_words=False)  # type: ignore[arg-type]
    for text in ("Offer ten percent.", "Or twenty."):
        await Line(spoken, conversation).ask("whisper", text=text)
        assert text in spoken._agent.instructions
    assert "Offer ten percent." in spoken._agent.instructions
    room: Any = SimpleNamespace(off=lambda *_: None)
    bot = Line(MediaStreamsVoice(told(), room, conversation), conversation)
    await bot.ask("whisper", text="Offer ten percent.")
    assert bot.confirmed == [("whisper", False)]


async def test_nobody_in_the_room_asks_for_the_api(conversation: Conversation, voice: NotedVoice) -> None:
    line = Line(voice, conversation)
    await line.ask("hold", participant="somebody")
    await line.ask("hold", topic="other")
    for nonsense in (b"{}", b"no json", b"[]", b"\xff"):
        line.take(SimpleNamespace(data=nonsense, topic=CONTROL, participant=None))
    assert (voice.did, line.confirmed) == ([], [])


async def test_a_spoken_agent_stays_deaf_after_it_spoke(conversation: Conversation) -> None:
    did: list[Any] = []
    session: Any = SimpleNamespace(
        on=lambda *_: None,
        interrupt=lambda force: did.append("interrupt"),
        input=SimpleNamespace(set_audio_enabled=lambda on: did.append(f"in {on}")),
        output=SimpleNamespace(set_audio_enabled=lambda on: did.append(f"out {on}")),
        generate_reply=lambda **_: (_ for _ in ()).throw(RuntimeError("closing")),
    )
    abilities: Any = SimpleNamespace(schemas=list)
    voice = SpokenVoice(told(), NOTHING, conversation, abilities, session, NOTHING, says_words=False)
    voice.quiet(on=True)
    voice.quiet(on=False)
    assert did == ["interrupt", "out False", "out True"]
    voice.hear(on=False)
    await voice.say("One moment.")
    assert "in True" not in did


async def test_a_bot_hears_silence_and_is_not_heard(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def loud(room: Any, phone: str, rate: int) -> Any:
        yield b"\x00\x70" * 160

    monkeypatch.setattr("agents.worker.providers.bridge.phone_audio", loud)
    room: Any = SimpleNamespace(off=lambda *_: None)
    voice = MediaStreamsVoice(told(), room, conversation)
    voice.hear(on=False)
    assert [pcm async for pcm in voice._bridge.heard(8_000)] == [bytes(320)]
    assert not conversation.caller_speaks
    voice.quiet(on=True)
    voice._play(b"\x00\x70" * 480, 24_000)
    assert not voice._bridge._queue
    voice.quiet(on=False)
    voice._play(b"\x00\x70" * 480, 24_000)
    assert voice._bridge._queue
    await voice.stop()
    assert Bridge(room, conversation).hears
