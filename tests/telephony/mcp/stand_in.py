"""An MCP server by streamable HTTP, answering as that of the `mcp` library: sessions, pages, JSON or events."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.receiver import Receiver, answer, receiver

FIND = {
    "name": "find-contact",
    "description": "Finds a contact.",
    "inputSchema": {"type": "object", "properties": {"person": {"type": "string"}}, "required": ["person"]},
}
KEY = "Bearer mcp-secret-2718"


@dataclass
class StandIn:
    """`ends` is false for a server that keeps its streams open; `status` is returned for everything but 200."""

    box: Receiver
    tools: list[Any] = field(default_factory=lambda: [FIND])
    sse: bool = True
    ends: bool = True
    page: int = 50
    protocol: str = "2025-06-18"
    status: int = 200
    result: dict[str, Any] = field(default_factory=lambda: {"content": [{"type": "text", "text": "Ada is known."}]})
    sessions: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.box.url("/mcp")

    def asked(self, method: str) -> list[dict[str, Any]]:
        """Return the messages of a method that came."""
        found = [json.loads(one.body) for one in self.box.requests]
        return [one for one in found if one["method"] == method]

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        message = json.loads(self.box.requests[-1].body)
        method, known = message["method"], handler.headers.get("Mcp-Session-Id") in self.sessions
        if self.status != 200:
            return answer(self.status)(handler)
        if method == "initialize":
            self.sessions.append(f"session-{len(self.sessions)}")
            told = {"protocolVersion": self.protocol, "capabilities": {"tools": {}}, "serverInfo": {"name": "crm"}}
            return self._send(handler, message, told, Mcp_Session_Id=self.sessions[-1])
        if not known:
            return answer(404)(handler)
        if method == "notifications/initialized":
            return answer(202)(handler)
        if method == "tools/list":
            start = int(message["params"].get("cursor", 0))
            more = {"nextCursor": str(start + self.page)} if start + self.page < len(self.tools) else {}
            return self._send(handler, message, {"tools": self.tools[start : start + self.page], **more})
        return self._send(handler, message, self.result)

    def _send(self, handler: BaseHTTPRequestHandler, asked: Any, result: Any, **headers: str) -> None:
        text = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result})
        if not self.sse:
            return answer(200, text.encode(), Content_Type="application/json", **headers)(handler)
        ping = 'event: message\r\ndata: {"jsonrpc": "2.0", "id": 1, "method": "ping"}\r\n\r\n'
        body = f"{ping}: comment\r\n\r\nevent: message\r\ndata: {text}\r\n\r\n".encode()
        if self.ends:
            return answer(200, body, Content_Type="text/event-stream", **headers)(handler)
        handler.send_response(200)
        for name, value in {"Content-Type": "text/event-stream", **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()
        self.box.stop_waiting.wait(10)
        return None


@contextmanager
def mcp_server(settings: Any) -> Iterator[StandIn]:
    """Run a stand-in that the guard lets through."""
    settings.VOXA_OUTBOUND_ALLOW, settings.VOXA_OUTBOUND_ALLOW_HTTP = ["127.0.0.0/8"], True
    with receiver() as box:
        found = StandIn(box)
        box.respond = found.respond
        yield found
