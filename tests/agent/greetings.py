"""Labelled greetings of machines and people, spoken by espeak-ng.

`python -m tests.agent.greetings` prints precision and recall, and each mistake.
"""

import io
import subprocess
import sys
import wave
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents.worker import greeting_words
from agents.worker.greeting_sound import RATE, GreetingSound
from agents.worker.greeting_words import MACHINE
from tests.live.process import find_program

FILE = Path(__file__).with_name("greetings.tsv")


@dataclass(frozen=True)
class Greeting:
    """Whoever answers, with the words and the voice; a machine may beep."""

    machine: bool
    voice: str
    beep: bool
    text: str

    def pcm(self) -> bytes:
        """Return it as 16-bit mono PCM at `RATE`, with silence on both sides."""
        pause = np.zeros(RATE // 2)
        tone = 9_000 * np.sin(2 * np.pi * 1_000 * np.arange(RATE // 2) / RATE) if self.beep else np.zeros(0)
        sound = np.concatenate([pause, _speech(self.voice, self.text), pause, tone, np.zeros(RATE)])
        noise = np.random.default_rng(1).normal(0, 60, len(sound))
        return bytes((sound + noise).astype(np.int16).tobytes())

    def scores(self) -> tuple[int, int]:
        """Return the scores of words and sound."""
        sound = GreetingSound()
        sound.push(self.pcm())
        return greeting_words.score(self.text), sound.score()


@cache
def greetings() -> list[Greeting]:
    """Return the labeled set."""
    rows = [line.split("\t") for line in FILE.read_text().splitlines()]
    return [Greeting(kind == "machine", voice, beep == "beep", text) for kind, voice, beep, text in rows]


@dataclass(frozen=True)
class Figures:
    """How well machines are told from people."""

    found: int
    missed: int
    accused: int  # people taken for machines

    @property
    def precision(self) -> float:
        return self.found / max(1, self.found + self.accused)

    @property
    def recall(self) -> float:
        return self.found / max(1, self.found + self.missed)


@cache
def figures() -> dict[str, Figures]:
    """Return the figures by words alone, by sound alone, and by both."""
    judged = [(greeting.machine, *greeting.scores()) for greeting in greetings()]
    totals = {
        "words": [(machine, words) for machine, words, _ in judged],
        "sound": [(machine, sound) for machine, _, sound in judged],
        "both": [(machine, words + sound) for machine, words, sound in judged],
    }
    return {name: _figures([(machine, total >= MACHINE) for machine, total in of]) for name, of in totals.items()}


def _figures(judged: list[tuple[bool, bool]]) -> Figures:
    return Figures(judged.count((True, True)), judged.count((True, False)), judged.count((False, True)))


def _speech(voice: str, text: str) -> NDArray[np.float64]:
    program = find_program("espeak-ng")
    spoken = subprocess.run([program, "-v", voice, "-s", "160", "--stdout", text], capture_output=True, check=True)
    with wave.open(io.BytesIO(spoken.stdout)) as file:
        rate, data = file.getframerate(), file.readframes(1 << 30)
    samples = np.frombuffer(data[: len(data) // 2 * 2], np.int16)
    at = np.arange(int(len(samples) * RATE / rate)) * rate / RATE
    return np.asarray(np.interp(at, np.arange(len(samples)), samples), np.float64)


def main() -> None:
    """Print precision and recall, and each mistake."""
    machines = sum(greeting.machine for greeting in greetings())
    sys.stdout.write(f"{machines} machines, {len(greetings()) - machines} people\n")
    for name, one in figures().items():
        sys.stdout.write(f"{name:<6} precision {one.precision:.2f}, recall {one.recall:.2f}\n")
    for greeting in greetings():
        words, sound = greeting.scores()
        if (words + sound >= MACHINE) is not greeting.machine:
            sys.stdout.write(f"  mistaken ({words}, {sound}): {greeting.voice} {greeting.text}\n")


if __name__ == "__main__":
    main()
