"""A client of MCP servers by streamable HTTP, on the guarded requests of `voxa.core.safe_http`.

Source: Model Context Protocol 2025-03-26 and 2025-06-18, transports and lifecycle.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voxa.core import safe_http
from voxa.core.api.parsers import load

OFFERED = "2025-06-18"
SPOKEN = frozenset({"2025-03-26", "2025-06-18", "2025-11-25"})  # as far as tools go they are alike
MOST_BYTES = 262_144
MOST_PAGES = 10
LONGEST_SESSION = 512
_ENDS = (b"\n\n", b"\r\r", b"\r\n\r\n")
_ACCEPT = "application/json, text/event-stream"


class McpError(Exception):
    """What the server or the connection did wrong, for a person. `sent`: the call itself may have taken effect."""

    sent = False


class _Rejected(McpError):
    """Raised when the server did not accept the session."""


@dataclass(frozen=True, slots=True)
class Session:
    """What initialization agreed on. A server without sessions has no `id`."""

    id: str = field(default="", repr=False)
    protocol: str = ""


class Client:
    """Requests to one server, all of them within `seconds`. `session` is the present one, to be used again."""

    def __init__(self, url: str, headers: Mapping[str, str], session: Session, seconds: float) -> None:
        self.session, self._url, self._headers = session, url, headers
        self._until, self._last_id = time.monotonic() + seconds, 0

    def tools(self, most: int) -> list[Any]:
        """Return the tools of all pages, at most `most`. Raise `McpError`."""
        found: list[Any] = []
        cursor = None
        for _ in range(MOST_PAGES):
            page = self._ask("tools/list", {"cursor": cursor} if cursor else {})
            tools, cursor = page.get("tools"), page.get("nextCursor")
            if not isinstance(tools, list):
                raise McpError("The server returned no list of tools.")
            found += tools
            if not isinstance(cursor, str) or not cursor or len(found) >= most:
                break
        return found[:most]

    def call(self, tool: str, arguments: Mapping[str, Any]) -> tuple[bool, str]:
        """Call a tool; return whether it succeeded, and its texts. Raise `McpError`."""
        try:
            result = self._ask("tools/call", {"name": tool, "arguments": dict(arguments)})
        except _Rejected:
            raise
        except McpError as error:
            error.sent = bool(self.session.protocol) and not isinstance(error.__cause__, safe_http.UnsafeAddress)
            raise
        content = result.get("content")
        parts = content if isinstance(content, list) else []
        texts = [one["text"] for one in parts if isinstance(one, dict) and isinstance(one.get("text"), str)]
        if not texts and "structuredContent" in result:
            texts = [json.dumps(result["structuredContent"], ensure_ascii=False)]
        said = "\n".join(texts).encode("utf-8", "replace").decode().replace("\0", "").strip()
        return result.get("isError") is not True, said

    def _ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Send a request, in a new session if there is none or the server has lost it."""
        if self.session.protocol:
            try:
                return self._request(method, params)
            except _Rejected:
                self.session = Session()
        self._initialize()
        return self._request(method, params)

    def _initialize(self) -> None:
        told = {"protocolVersion": OFFERED, "capabilities": {}, "clientInfo": {"name": "voxa", "version": "1"}}
        answer, result = self._exchange("initialize", told)
        protocol, session = result.get("protocolVersion"), answer.headers.get("mcp-session-id", "")
        if protocol not in SPOKEN:
            raise McpError(f"The server speaks version {str(protocol)[:40]} of the protocol. Use one of 2025.")
        if len(session) > LONGEST_SESSION or any(not "!" <= one <= "~" for one in session):
            raise McpError("The server sent an invalid session ID.")
        self.session = Session(session, protocol)
        self._post({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def _request(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        return self._exchange(method, params)[1]

    def _exchange(self, method: str, params: dict[str, Any]) -> tuple[safe_http.Answer, dict[str, Any]]:
        self._last_id += 1
        number = self._last_id
        answer = self._post({"jsonrpc": "2.0", "id": number, "method": method, "params": params}, number)
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "text/event-stream":
            message = _in_events(answer.body, number)
        else:
            message = _of(_json(answer.body.decode("utf-8", "replace")), number)
        if message is None:
            words = f"is larger than {MOST_BYTES} bytes" if answer.truncated else "has no answer to the request"
            raise McpError(f"The server's response {words}.")
        if isinstance(error := message.get("error"), dict):
            raise McpError(f"The server returned an error: {_line(error.get('message'))}")
        result = message.get("result")
        if not isinstance(result, dict):
            raise McpError("The server returned no result.")
        return answer, result

    def _post(self, message: Mapping[str, Any], number: int | None = None) -> safe_http.Answer:
        left = self._until - time.monotonic()
        if left <= 0:
            raise McpError("The server did not respond in time.")
        headers = {**self._headers, "Content-Type": "application/json", "Accept": _ACCEPT}
        if self.session.protocol:
            headers["MCP-Protocol-Version"] = self.session.protocol
        if self.session.id:
            headers["Mcp-Session-Id"] = self.session.id
        limits = safe_http.Limits(connect=min(3.0, left), read=left, total=left, max_bytes=MOST_BYTES)
        text = json.dumps(message, separators=(",", ":")).encode()
        try:
            answer = safe_http.send(
                "POST", self._url, headers=headers, content=text, limits=limits,
                until=lambda body: number is not None and body.endswith(_ENDS) and bool(_in_events(body, number)),
            )  # fmt: skip
        except safe_http.OutboundError as error:
            raise McpError(str(error)) from error
        self._check(answer.status)
        return answer

    def _check(self, status: int) -> None:
        if 200 <= status < 300:
            return
        if status in (400, 404) and self.session.protocol:
            raise _Rejected(f"The server returned HTTP {status}.")
        remedy = ""
        if status in (401, 403):
            remedy = " Check the headers."
        elif 300 <= status < 400:
            remedy = " Enter the URL that it redirects to."
        raise McpError(f"The server returned HTTP {status}.{remedy}")


def _json(text: str) -> Any:
    try:
        return load(text)
    except (ValueError, RecursionError):
        return None


def _of(value: Any, number: int) -> dict[str, Any] | None:
    """Return the response with this id, from one message or several."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict) and one.get("id") == number and ("result" in one or "error" in one):
            return one
    return None


def _in_events(body: bytes, number: int) -> dict[str, Any] | None:
    """Return the response with this id from server-sent events; other messages are left."""
    text = body.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    for event in text.split("\n\n"):
        data = [line[5:].removeprefix(" ") for line in event.split("\n") if line.startswith("data:")]
        if data and (found := _of(_json("\n".join(data)), number)):
            return found
    return None


def _line(text: Any) -> str:
    shown = text if isinstance(text, str) else "unknown"
    return " ".join(shown.encode("utf-8", "replace").decode().replace("\0", "").split())[:300]
