"""Machines are told from people in a labeled set of greetings, by words and sound."""

import numpy as np
import pytest
from numpy.typing import NDArray

from agents.worker.greeting_sound import RATE, GreetingSound
from tests.agent.greetings import Greeting, figures, greetings


def test_the_set_is_large_balanced_and_in_many_languages() -> None:
    machines = [greeting for greeting in greetings() if greeting.machine]
    assert len(greetings()) >= 40
    assert 0.4 <= len(machines) / len(greetings()) <= 0.6
    for label in (True, False):
        assert {one.voice[:2] for one in greetings() if one.machine is label} >= {
            "en",
            "de",
            "es",
            "fr",
            "it",
            "pt",
            "nl",
        }


@pytest.mark.parametrize(("by", "precision", "recall"), [("words", 1, 0.9), ("sound", 1, 0.7), ("both", 1, 0.97)])
def test_precision_and_recall_stay_high(by: str, precision: float, recall: float) -> None:
    measured = figures()[by]
    assert measured.precision >= precision
    assert measured.recall >= recall


@pytest.mark.parametrize("hertz", [400, 440, 1_000, 1_400, 2_500])
def test_a_pure_tone_is_a_beep(hertz: int) -> None:
    assert _beeps(_tone(hertz))


def test_digits_and_noise_are_no_beeps() -> None:
    assert not _beeps(_tone(770) + _tone(1_336))
    assert not _beeps(np.random.default_rng(1).normal(0, 6_000, RATE))
    assert not _beeps(_tone(1_000)[: RATE // 10])


def test_a_long_utterance_counts_only_as_an_answer() -> None:
    answer = Greeting(machine=False, voice="en-us", beep=False, text="I tell you a story, " * 8).pcm()
    at_once, later = GreetingSound(), GreetingSound()
    at_once.push(answer)
    later.push(bytes(RATE * 2 * 6) + answer)
    assert (at_once.score() > 0, later.score()) == (True, 0)


def _tone(hertz: int) -> NDArray[np.float64]:
    return np.asarray(8_000 * np.sin(2 * np.pi * hertz * np.arange(RATE // 2) / RATE))


def _beeps(samples: NDArray[np.float64]) -> bool:
    sound = GreetingSound()
    sound.push(samples.astype(np.int16).tobytes())
    return sound.beeped
