"""The pages on agents, followed by a reader on the sandbox."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.models import ApiKey, Workspace
from calls.models import Call, TranscriptItem
from tests.calls.reader import Reader, blocks
from tests.calls.running import running_dispatcher
from tests.calls.sandbox_stage import NUMBER, SandboxStage, sandbox_stage

pytestmark = pytest.mark.django_db(transaction=True)
MakeKey = Callable[..., tuple[ApiKey, str]]


@pytest.fixture
def stage(transactional_db: None, acme: Workspace, live_server: LiveServer, settings: Any) -> Iterator[SandboxStage]:
    """The demo line of `make run`."""
    with sandbox_stage(acme, live_server, settings) as stage:
        yield stage


@pytest.fixture
def reader(stage: SandboxStage, acme: Workspace, live_server: LiveServer, make_key: MakeKey) -> Reader:
    """A reader who has made the agent of the first page."""
    reader = Reader(live_server.url, make_key(acme)[1], chosen)
    for block in blocks("first-agent.md", "Make it"):
        reader.read(block)
    return reader


def chosen(name: str, answer: Any) -> str:
    rows = answer.get("results", [answer])
    row = next(one for one in rows if one["number"] == NUMBER) if name == "NUMBER" else rows[0]
    return str(row["id"])


def spoken(call: UUID) -> list[str]:
    return list(TranscriptItem.objects.filter(call=call).order_by("started_at").values_list("text", flat=True))


def newest(stage: SandboxStage, number: int = 1) -> Call:
    """Wait until so many calls came in and the newest is over, and return it."""
    known = Call.objects.filter(direction="inbound").order_by("-started_at")
    stage.wait(lambda: known.count() == number, "the call is recorded")
    return stage.ended(known[0].room_name)


def test_your_first_agent(stage: SandboxStage, reader: Reader) -> None:
    for block in blocks("first-agent.md", "See what it would say"):
        (preview,) = reader.read(block)
    assert preview["greeting"] == "Acme bicycles, good morning!"
    made, called = blocks("first-agent.md", "Let it answer a number")
    reader.read(made)
    play, *looks = called.split("\n", 1)
    reader.read(play)
    newest(stage)
    _, events, transcript = reader.read(looks[0])
    assert {"agent.joined", "call.in_progress"} <= {event["type"] for event in events["results"]}
    assert [turn["text"] for turn in transcript["transcript"]] == ["Acme bicycles, good day!"]
    for block in blocks("first-agent.md", "The same by API"):
        (session,) = reader.read(block)
    assert {"id", "room", "url", "token"} <= set(session)


def test_personal_calls(stage: SandboxStage, reader: Reader) -> None:
    (agent,) = reader.read(*blocks("personal-calls.md", "Write the texts"))
    assert "{{order}} without a default" in agent["warnings"][0]
    (preview,) = reader.read(*blocks("personal-calls.md", "See them first"))
    assert preview["missing"] == ["order"]
    place, look = blocks("personal-calls.md", "Place a call with variables")
    with running_dispatcher():
        (placed,) = reader.read(place)
        stage.wait(lambda: spoken(UUID(placed["id"])), "the agent speaks")
        transcript, _ = reader.read(look)
    (turn,) = transcript["transcript"]
    assert turn["text"] == "Hello Ada, this is Reception of Acme. Your order 1042 is ready."


def test_bring_your_own_keys(reader: Reader) -> None:
    for heading in ("Add a key", "Use it", "Streaming speech", "Rotate and delete it"):
        for block in blocks("bring-your-own-keys.md", heading):
            answers = reader.read(block)
            if heading == "Streaming speech":
                assert (answers[-1]["sttProvider"], answers[-1]["ttsProvider"]) == ("deepgram", "cartesia")
    assert (answers[-1]["agentCount"], answers[-1]["check"]) == (1, "unverified")


def test_when_nobody_can_answer(
    stage: SandboxStage, reader: Reader, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.AGENT_WAIT_SECONDS, settings.RECORDING_S3_BUCKET = 1, "calls"
    monkeypatch.setattr("telephony.sandbox.worker.MESSAGE", 0.5)
    reader.read(*blocks("when-nobody-can-answer.md", "Set it up"))
    outcomes: list[tuple[str, str, str, list[str]]] = []
    with running_dispatcher():
        for block in blocks("when-nobody-can-answer.md", "Try it on the sandbox"):
            reader.read(block)
            if "sandbox_call" in block:
                call = newest(stage, len(outcomes) + 1)
                (used,) = stage.told(call, "fallback.used")
                assert call.answered_at is not None
                outcomes.append((used["reason"], used["action"], call.reason, spoken(call.pk)))
    assert outcomes == [
        ("outside_business_hours", "hang_up", "nobody_available", ["We are closed today."]),
        ("outside_business_hours", "transfer", "transferred", []),
        ("provider_failed", "agent", "caller_hung_up", ["Acme bicycles, good day!"]),
        ("agent_absent", "transfer", "transferred", []),
        ("outside_business_hours", "voicemail", "nobody_available", ["Please leave a message after the tone."]),
    ]
