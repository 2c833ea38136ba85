"""Vectors of texts by the embeddings endpoint of an agent's AI provider. Reads no database.

Source: https://platform.openai.com/docs/api-reference/embeddings/create.
"""

import json
import math
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from agents.model_endpoint import ModelEndpoint
from agents.providers import PROVIDERS
from voxa.core.http.outbound import Limits, OutboundError

MODEL = "text-embedding-3-small"
SHORTENED, DIMENSIONS = "text-embedding-3-", 512  # models that shorten vectors on request; a search takes a third
BATCH = 64
MOST_DIMENSIONS = 4_096
_BYTES_OF_A_NUMBER = 30


class NoVectors(Exception):
    """Raised when there are no vectors; `again` says whether to retry. The message holds no secret and no text."""

    def __init__(self, message: str, *, again: bool) -> None:
        super().__init__(message)
        self.again = again


class Embedder(ModelEndpoint):
    """An embeddings endpoint."""

    @classmethod
    def of(cls, agent: Any) -> "Embedder | None":
        """Return that of an agent, None if its provider has no embeddings."""
        if "embedding_model" not in PROVIDERS[agent.ai_provider].uses:
            return None
        base = (agent.base_url or settings.OPENAI_BASE_URL).rstrip("/")
        return cls(base, agent.key, agent.embedding_model or MODEL, not agent.base_url)

    @property
    def space(self) -> str:
        """Return what vectors must share to be comparable."""
        return f"{self.model} {self.base_url}"

    def vectors(self, texts: Sequence[str], seconds: float = 20.0) -> list[list[float]]:
        """Return a vector of length 1 for each text, within `seconds`. Raise `NoVectors`. Never in a transaction."""
        body: dict[str, Any] = {"model": self.model, "input": list(texts), "encoding_format": "float"}
        if self.model.startswith(SHORTENED):
            body["dimensions"] = DIMENSIONS
        limits = Limits(min(5.0, seconds), seconds, seconds, MOST_DIMENSIONS * _BYTES_OF_A_NUMBER * (len(texts) + 1))
        try:
            answer = self.post("/embeddings", body, limits)
        except OutboundError as error:
            raise NoVectors(str(error), again=True) from None
        if not answer.ok:
            raise _refusal(answer.status)
        return _read(answer.body, len(texts))


def _refusal(status: int) -> NoVectors:
    if status in (401, 403):
        return NoVectors("The AI provider rejects the agent's key. Enter a valid key for the agent.", again=False)
    again = status in (408, 409, 429) or (status >= 500 and status != 501)
    return NoVectors(f"The AI provider's embeddings endpoint returned HTTP {status}.", again=again)


def _read(body: bytes, count: int) -> list[list[float]]:
    try:
        rows = sorted(json.loads(body)["data"], key=lambda row: row["index"])
        vectors = [_unit([float(one) for one in row["embedding"]]) for row in rows]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        vectors = []
    lengths = {len(one) for one in vectors}
    if len(vectors) != count or len(lengths) != 1 or not 0 < lengths.pop() <= MOST_DIMENSIONS:
        raise NoVectors("The AI provider's embeddings endpoint did not return a vector for each text.", again=True)
    return vectors


def _unit(vector: list[float]) -> list[float]:
    length = math.hypot(*vector)
    if not 0 < length < math.inf:
        raise ValueError
    return [one / length for one in vector]
