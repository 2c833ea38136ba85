"""Mu-law as G.711 has it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.worker.providers import mulaw


def test_known_codes() -> None:
    """Silence, the loudest of both signs, and a step above silence, from the tables of G.711."""
    samples = np.array([0, 32_124, -32_124, 132], np.int16).tobytes()
    assert mulaw.encode(samples) == bytes([0xFF, 0x80, 0x00, 0xEF])
    assert np.frombuffer(mulaw.decode(bytes([0xFF, 0x80, 0x00, 0xEF])), np.int16).tolist() == [0, 32_124, -32_124, 132]


def test_every_code_comes_back_but_the_second_zero() -> None:
    codes = bytes(range(256))
    assert [a for a, b in zip(codes, mulaw.encode(mulaw.decode(codes)), strict=True) if a != b] == [0x7F]


@given(st.lists(st.integers(-32_768, 32_767), max_size=50))
def test_what_comes_back_is_near(samples: list[int]) -> None:
    pcm = np.array(samples, np.int16)
    back = np.frombuffer(mulaw.decode(mulaw.encode(pcm.tobytes())), np.int16).astype(int)
    assert all(
        abs(a - b) <= max(8, abs(int(a)) // 16 + 132 // 4) or abs(int(a)) > 32_635
        for a, b in zip(pcm, back, strict=True)
    )
