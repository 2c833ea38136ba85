"""A stand-in for OpenAI and ElevenLabs: it knows two keys and one agent."""

from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from tests.receiver import Receiver, answer

GOOD_KEYS = {"sk-openai-abc123...", "el_api_abc123..."}
AGENT = "agent_xyz789..."


@dataclass
class Providers:
    """What the providers were asked, and how to make them fail."""

    box: Receiver
    failing: int | None = None

    def __post_init__(self) -> None:
        self.box.respond = self.respond

    @property
    def asked(self) -> list[tuple[str, str]]:
        """Return path and key of each request."""
        return [(one.path, _key(one.headers)) for one in self.box.requests]

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        answer(self.failing or self._status(handler), b"{}")(handler)

    def _status(self, handler: BaseHTTPRequestHandler) -> int:
        if _key({name.lower(): value for name, value in handler.headers.items()}) not in GOOD_KEYS:
            return 401
        return 200 if handler.path in ("/v1/models", f"/v1/convai/agents/{AGENT}") else 404


def _key(headers: dict[str, str]) -> str:
    return headers.get("xi-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
