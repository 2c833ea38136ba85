"""What the sound of an answer tells without its words: how long the first utterance is, and whether a beep follows."""

import numpy as np
from numpy.typing import NDArray

RATE = 8_000  # samples per second; 16-bit mono
STEP = RATE // 50  # samples of 20 ms, one reading
WINDOW = 2 * STEP  # samples whose spectrum is looked at
LOUD = 400.0  # root mean square from which something is heard
PAUSE = 1.0  # seconds of silence that end an utterance
BEEP = 0.18  # seconds from which a pure tone is a beep
BEEP_HZ = (380.0, 2_600.0)
PURE = 0.92  # share of the power at one frequency; a vowel spreads over its harmonics
LONG, VERY_LONG = 6.0, 10.0  # seconds; people answer in shorter sentences
FIRST = 5.0  # seconds in which an answer begins; later utterances may be a person's long ones
_HANN = np.hanning(WINDOW)


class GreetingSound:
    """Listens from the answer on. Push PCM at `RATE`."""

    def __init__(self) -> None:
        self.beeped = False
        self._now = self._utterance = self._longest = 0.0  # seconds
        self._began = FIRST
        self._silence = PAUSE
        self._tone_hz, self._tone = 0.0, 0.0
        self._before: NDArray[np.float64] = np.zeros(STEP)
        self._rest = np.zeros(0, np.int16)

    @property
    def longest(self) -> float:
        """Return the length of the longest utterance that began as an answer, in seconds."""
        current = self._utterance - min(self._silence, PAUSE) if self._began < FIRST else 0.0
        return max(self._longest, current)

    def score(self) -> int:
        """Return how much the sound speaks for a machine, in the units of `greeting_words.score`."""
        return 2 * self.beeped + (self.longest >= LONG) + (self.longest >= VERY_LONG)

    def push(self, pcm: bytes) -> None:
        """Listen to more audio."""
        samples = np.concatenate([self._rest, np.frombuffer(pcm, np.int16)])
        whole = len(samples) // STEP * STEP
        self._rest = samples[whole:]
        for start in range(0, whole, STEP):
            self._read(samples[start : start + STEP].astype(np.float64))

    def _read(self, step: NDArray[np.float64]) -> None:
        loud = float(np.sqrt(np.mean(step**2))) > LOUD
        self._measure(loud=loud)
        frequency = _pure_tone(np.concatenate([self._before, step])) if loud else 0.0
        self._before = step
        steady = frequency and abs(frequency - self._tone_hz) <= RATE / WINDOW
        self._tone = self._tone + STEP / RATE if steady else 0.0
        self._tone_hz = frequency
        self.beeped = self.beeped or self._tone >= BEEP

    def _measure(self, *, loud: bool) -> None:
        if loud and self._silence >= PAUSE:
            self._longest, self._utterance, self._began = self.longest, 0.0, self._now
        self._now += STEP / RATE
        self._silence = 0.0 if loud else self._silence + STEP / RATE
        if self._silence <= PAUSE:
            self._utterance += STEP / RATE


def _pure_tone(samples: NDArray[np.float64]) -> float:
    """Return the frequency of a pure tone in Hz, or 0."""
    power = np.abs(np.fft.rfft(samples * _HANN)) ** 2
    peak = int(power.argmax())
    frequency = peak * RATE / WINDOW
    share = power[max(0, peak - 2) : peak + 3].sum() / max(1.0, power.sum())
    return frequency if share >= PURE and BEEP_HZ[0] <= frequency <= BEEP_HZ[1] else 0.0
