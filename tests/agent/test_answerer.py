"""LiveKit's detection is used as it is meant: its model is asked, and what fails is not known."""

from types import SimpleNamespace
from typing import Any, Self

import pytest
from livekit.agents import AMD
from livekit.plugins.openai import LLM

from agents.worker import answerer
from agents.worker.answerer import TIMES, Answerer, who_answered


class Detector:
    """Stands in for LiveKit's."""

    verdict: Any = None

    def __init__(self, session: Any, **options: Any) -> None:
        AMD(session, **options)  # it takes these options

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    async def execute(self) -> Any:
        if self.verdict is None:
            raise RuntimeError("amd closed before a result was available")
        return self.verdict


@pytest.mark.parametrize(
    ("category", "reason", "answered"),
    [
        ("machine-vm", "llm", Answerer.VOICEMAIL),
        ("machine-unavailable", "llm", Answerer.NO_MAILBOX),
        ("machine-ivr", "llm", Answerer.MENU),
        ("human", "llm", Answerer.PERSON),
        ("human", "short_greeting", Answerer.UNKNOWN),
        ("uncertain", "no_speech_timeout", Answerer.UNKNOWN),
    ],
)
async def test_only_the_models_verdict_counts(
    monkeypatch: pytest.MonkeyPatch, category: str, reason: str, answered: Answerer
) -> None:
    verdict = SimpleNamespace(category=SimpleNamespace(value=category), reason=reason)
    monkeypatch.setattr(answerer, "DETECTOR", type("Judging", (Detector,), {"verdict": verdict}))
    assert await _asked() is answered


@pytest.mark.parametrize("detector", [None, Detector])
async def test_without_the_detection_or_where_it_fails_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch, detector: Any
) -> None:
    monkeypatch.setattr(answerer, "DETECTOR", detector)
    assert await _asked() is Answerer.UNKNOWN


def test_the_times_are_livekits_options() -> None:
    from livekit.agents.voice.amd.detector import DetectionOptions

    assert set(TIMES) <= set(DetectionOptions.__annotations__)


async def _asked() -> Answerer:
    session: Any = SimpleNamespace()
    return await who_answered(session, LLM(model="tests", api_key="none"), "phone")
