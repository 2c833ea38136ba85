"""Client for a language model with an OpenAI-compatible API. Reads no database.

Source: https://platform.openai.com/docs/api-reference/chat/create.
"""

import json
from typing import Any

from django.conf import settings

from agents.model_endpoint import ModelEndpoint
from telephony.models import Agent
from voxa.core.api.parsers import bad_text, load
from voxa.core.http.outbound import Limits, OutboundError

MODEL = "gpt-4.1-mini"
LIMITS = Limits(connect=5.0, read=40.0, total=45.0, max_bytes=262_144)


class NoAnswer(Exception):
    """Raised when the model returned no usable answer; `again` says whether to retry. The message holds no secret."""

    def __init__(self, message: str, *, again: bool) -> None:
        super().__init__(message)
        self.again = again


class LanguageModel(ModelEndpoint):
    """A chat completions endpoint."""

    @classmethod
    def of(cls, agent: Agent) -> "LanguageModel":
        base = agent.base_url or settings.OPENAI_BASE_URL
        return cls(base.rstrip("/"), agent.key, agent.analysis_model or MODEL, not agent.base_url)

    def ask(self, instructions: str, text: str, schema: dict[str, Any], limits: Limits = LIMITS) -> dict[str, Any]:
        """Return the model's answer as an object, within the limits. Never call in a transaction. Raise NoAnswer."""
        body = {
            "model": self.model,
            "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": text}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "analysis", "schema": schema}},
        }
        try:
            answer = self.post("/chat/completions", body, limits)
        except OutboundError as error:
            raise NoAnswer(str(error), again=True) from None
        if not answer.ok:
            again = answer.status in (408, 409, 429) or answer.status >= 500
            raise NoAnswer(f"The language model returned HTTP {answer.status}.", again=again)
        return _object(answer.body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = load(json.loads(body)["choices"][0]["message"]["content"])
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise NoAnswer("The language model did not return JSON.", again=True) from None
    if not isinstance(found, dict):
        raise NoAnswer("The language model did not return a JSON object.", again=True)
    if any(bad_text(found, "")):
        raise NoAnswer("The language model returned characters that cannot be stored.", again=True)
    return found
