"""Asking a language model over an API that speaks as OpenAI's does. Reads no database.

Source: https://platform.openai.com/docs/api-reference/chat/create.
"""

import json
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

from django.conf import settings

from telephony.models import Agent
from voxa.core import safe_http
from voxa.core.http.outbound import Limits, OutboundError, Policy, send

MODEL = "gpt-4.1-mini"
_LIMITS = Limits(connect=5.0, read=40.0, total=45.0, max_bytes=262_144)
# The operator chose this address, so a stand-in within the own network is fine, and plain HTTP too.
_ANYWHERE = Policy((ip_network("0.0.0.0/0"), ip_network("::/0")), allow_http=True)


class NoAnswer(Exception):
    """The model gave no usable answer; `again` says whether it may later. The message holds no secret."""

    def __init__(self, message: str, *, again: bool) -> None:
        super().__init__(message)
        self.again = again


@dataclass(frozen=True)
class LanguageModel:
    """Where to ask, by which model. `ours`: the operator's own address, not one that a workspace chose."""

    base_url: str
    key: str = field(repr=False)
    model: str
    ours: bool

    @classmethod
    def of(cls, agent: Agent) -> "LanguageModel":
        """Return the one that an agent's calls are analysed by."""
        base = agent.base_url or settings.OPENAI_BASE_URL
        return cls(base.rstrip("/"), agent.provider_key or "", agent.analysis_model or MODEL, not agent.base_url)

    def ask(self, instructions: str, text: str, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the object that the model answers, within 45 s. Never in a transaction. Raises NoAnswer."""
        body = {
            "model": self.model,
            "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": text}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "analysis", "schema": schema}},
        }
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        policy = _ANYWHERE if self.ours else safe_http.policy()
        url, content = f"{self.base_url}/chat/completions", json.dumps(body).encode()
        try:
            answer = send("POST", url, policy=policy, headers=headers, content=content, limits=_LIMITS)
        except OutboundError as error:
            raise NoAnswer(str(error), again=True) from None
        if not answer.ok:
            again = answer.status in (408, 409, 429) or answer.status >= 500
            raise NoAnswer(f"The language model answered HTTP {answer.status}.", again=again)
        return _object(answer.body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(json.loads(body)["choices"][0]["message"]["content"])
    except (ValueError, KeyError, IndexError, TypeError):
        raise NoAnswer("The language model did not answer with JSON.", again=True) from None
    if not isinstance(found, dict):
        raise NoAnswer("The language model did not answer with an object.", again=True)
    return found
