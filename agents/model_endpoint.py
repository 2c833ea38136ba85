"""One model at an AI provider's OpenAI-compatible address. Reads no database."""

import json
from dataclasses import dataclass, field
from typing import Any

from voxa.core import safe_http
from voxa.core.http.outbound import Answer, Limits, send


@dataclass(frozen=True, slots=True)
class ModelEndpoint:
    """Address and model. `ours`: configured by the operator, not by a workspace."""

    base_url: str
    key: str = field(repr=False)
    model: str
    ours: bool

    def post(self, path: str, body: dict[str, Any], limits: Limits) -> Answer:
        """Send a request and return the response. Never in a transaction. Raise `OutboundError`."""
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        policy = safe_http.ANYWHERE if self.ours else safe_http.policy()
        content = json.dumps(body).encode()
        return send("POST", f"{self.base_url}{path}", policy=policy, headers=headers, content=content, limits=limits)
