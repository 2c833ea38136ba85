"""G.711 mu-law, as telephony and the Media Streams format carry it. Pure. Source: ITU-T G.711."""

import numpy as np
from numpy.typing import NDArray

_BIAS, _CLIP = 0x84, 32_635


def _decoded() -> NDArray[np.int16]:
    codes = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (codes >> 4) & 7, (codes & 15).astype(np.int32)
    magnitude = (((mantissa << 3) + _BIAS) << exponent.astype(np.int32)) - _BIAS
    return np.where(codes & 0x80, -magnitude, magnitude).astype(np.int16)


def _encoded() -> NDArray[np.uint8]:
    samples = np.arange(-32_768, 32_768, dtype=np.int32)
    biased = np.minimum(np.abs(samples), _CLIP) + _BIAS
    exponent = np.floor(np.log2(biased)).astype(np.int32) - 7
    mantissa = (biased >> (exponent + 3)) & 15
    sign = np.where(samples < 0, 0x80, 0)
    codes: NDArray[np.uint8] = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return codes


_FROM, _TO = _decoded(), _encoded()


def decode(data: bytes) -> bytes:
    """Return 16-bit PCM for mu-law, sample by sample."""
    return _FROM[np.frombuffer(data, np.uint8)].tobytes()


def encode(pcm: bytes) -> bytes:
    """Return mu-law for 16-bit PCM, sample by sample."""
    return _TO[np.frombuffer(pcm, np.int16).astype(np.int32) + 32_768].tobytes()
