"""Speech for callers and stand-ins: espeak-ng's, as 16-bit mono PCM."""

import io
import subprocess
import wave
from functools import cache

import numpy as np

from tests.live.process import find_program

RATE = 24_000  # samples a second
LOUD = 400  # root mean square of 16-bit samples from which something is heard


@cache
def speech(text: str) -> bytes:
    """Return spoken text as PCM at `RATE`. Raises Missing without espeak-ng."""
    program = find_program("espeak-ng")
    spoken = subprocess.run([program, "-v", "en-us", "-s", "170", "--stdout", text], capture_output=True, check=True)
    with wave.open(io.BytesIO(spoken.stdout)) as file:
        rate, data = file.getframerate(), file.readframes(1 << 30)
    samples = np.frombuffer(data[: len(data) // 2 * 2], np.int16)
    at = np.arange(int(len(samples) * RATE / rate)) * rate / RATE
    return bytes(np.interp(at, np.arange(len(samples)), samples).astype(np.int16).tobytes())


def as_wav(pcm: bytes, rate: int = RATE) -> bytes:
    """Return PCM as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes(pcm)
    return file.getvalue()


def loudness(pcm: bytes) -> float:
    """Return the root mean square of PCM."""
    samples = np.frombuffer(pcm, np.int16).astype(np.float64)
    return float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0


def sound_seconds(text: str) -> float:
    """Return for how long a text is heard when it is spoken."""
    pcm, step = speech(text), RATE // 50 * 2
    return sum(loudness(pcm[start : start + step]) > LOUD for start in range(0, len(pcm), step)) * 0.02
