"""The sandbox's web server: LiveKit's Twirp endpoints over HTTP, and one of its own that simulates an inbound call."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from aiohttp import web
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message
from livekit.protocol.webhook import WebhookEvent

from agents.worker.config import Config
from telephony.sandbox.control import Change, carry_out
from telephony.sandbox.dials import NO_CODECS
from telephony.sandbox.errors import TwirpError
from telephony.sandbox.inbound import Asked, play
from telephony.sandbox.services import SERVICES, method_of
from telephony.sandbox.state import State
from telephony.sandbox.tokens import InvalidToken, grants_of
from telephony.sandbox.webhooks import Webhook

INVITE_PATH, CONTROL_PATH = "/sandbox/invite", "/sandbox/control"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_PROTOBUF = "application/protobuf"
_JSON = "application/json"


class Sandbox:
    """One LiveKit server. `keys` maps API keys to secrets; `report` gets one line per request, without its content.

    With `webhook`, events are sent to that URL, signed with the first key. With `api`, the URL of Voxa's API, agents do
    what it tells its workers.
    """

    def __init__(
        self, state: State, keys: Mapping[str, str], report: Callable[[str], None], *, webhook: str = "", api: str = ""
    ) -> None:
        key, secret = next(iter(keys.items()))
        self._state = state
        self._keys = keys
        self._report = report
        self._webhook = Webhook(webhook, key, secret, state.background, report) if webhook else None
        state.background.report = report
        if api:
            state.worker = Config("", key, secret, api.rstrip("/"), worker_id="", load_limit=1.0, health_port=0)

    def app(self) -> web.Application:
        """Return the application for aiohttp to serve."""
        app = web.Application(middlewares=[self._unless_down])
        app.cleanup_ctx.append(self._live)
        app.router.add_get("/", _healthy)
        app.router.add_post(INVITE_PATH, self._invite)
        app.router.add_post(CONTROL_PATH, self._control)
        for service in SERVICES:
            app.router.add_route("*", f"/twirp/livekit.{service}/{{method}}", self._endpoint(service))
        return app

    async def _live(self, _: web.Application) -> AsyncIterator[None]:
        """Keep rooms while the application runs."""
        self._state.rooms.emit = self._event
        self._state.background.start(self._state.rooms.sweep())
        yield
        await self._state.background.stop()

    def _event(self, event: WebhookEvent) -> None:
        who = f", {event.participant.identity}" if event.HasField("participant") else ""
        self._report(f"{event.event}: {event.room.name}{who}")
        if self._webhook:
            self._webhook.tell(event)

    async def _invite(self, request: web.Request) -> web.Response:
        """Simulate an inbound call from the caller that the request names."""
        try:
            grants_of(request.headers.get("Authorization"), self._keys).require_sip_call()
            verdict = play(self._state, Asked(**await request.json()))
        except (InvalidToken, TwirpError) as refused:
            return web.json_response({"error": str(refused)}, status=401)
        except (TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        self._report(f"INVITE: {verdict.result}, {verdict.reason}")
        return web.json_response(verdict.as_dict())

    async def _control(self, request: web.Request) -> web.Response:
        """Change what the request names, and return the resulting state."""
        try:
            grants_of(request.headers.get("Authorization"), self._keys).require_sip_admin()
            now = carry_out(self._state, Change(**await request.json()))
        except (InvalidToken, TwirpError) as refused:
            return web.json_response({"error": str(refused)}, status=401)
        except (TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        self._report(f"control: {now}")
        return web.json_response(now)

    @web.middleware
    async def _unless_down(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Drop every connection while the server is down, including those with a request in progress."""
        if request.path == CONTROL_PATH:
            return await handler(request)
        crash = asyncio.ensure_future(self._state.down.wait())
        answering = asyncio.ensure_future(handler(request))
        try:
            await asyncio.wait((crash, answering), return_when=asyncio.FIRST_COMPLETED)
            if answering.done() and not crash.done():
                return answering.result()
        finally:
            crash.cancel()
            answering.cancel()
        if request.transport is not None:
            request.transport.abort()
        raise web.HTTPServiceUnavailable

    def _endpoint(self, service: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def endpoint(request: web.Request) -> web.Response:
            name = request.match_info["method"]
            try:
                answer = await self._answer(service, name, request)
            except InvalidToken as refused:
                self._report(f"{name}: 401, {refused}")
                return web.Response(status=401, text=str(refused))
            except TwirpError as error:
                if error.message != NO_CODECS:  # Voxa's check of the service, every 30 seconds
                    self._report(f"{name}: {error.code}, {error.message}")
                return _error(error)
            if not name.startswith(("List", "Get")):  # polling every few seconds would hide the changes
                self._report(f"{name}: ok {_ids(answer)}".rstrip())
            return _encoded(answer, request.content_type)

        return endpoint

    async def _answer(self, service: str, name: str, request: web.Request) -> Message:
        grants = grants_of(request.headers.get("Authorization"), self._keys)
        if request.method != "POST":
            raise _bad_route(request, f'unsupported method "{request.method}" (only POST is allowed)')
        method = method_of(service, name)
        if method is None:
            raise _bad_route(request, f'no handler for path "{request.path}"')
        message = _decoded(method.request, await request.read(), request)
        method.allow(grants, message)
        answer = method.handler(self._state, message)
        return await answer if inspect.isawaitable(answer) else answer


async def _healthy(_: web.Request) -> web.Response:
    return web.Response(text="OK")


def _decoded(kind: type[Message], body: bytes, request: web.Request) -> Message:
    try:
        if request.content_type == _PROTOBUF:
            return kind.FromString(body)
        if request.content_type == _JSON:
            return json_format.Parse(body, kind(), ignore_unknown_fields=True)
    except DecodeError:
        raise TwirpError("malformed", "the protobuf request could not be decoded") from None
    except (json_format.ParseError, UnicodeDecodeError):
        raise TwirpError("malformed", "the json request could not be decoded") from None
    raise _bad_route(request, f'unexpected Content-Type: "{request.headers.get("Content-Type", "")}"')


def _encoded(answer: Message, content_type: str) -> web.Response:
    if content_type == _JSON:
        return web.json_response(json_format.MessageToDict(answer, preserving_proto_field_name=True))
    return web.Response(body=answer.SerializeToString(), content_type=_PROTOBUF)


def _error(error: TwirpError) -> web.Response:
    body: dict[str, object] = {"code": error.code, "msg": error.message}
    if error.meta:
        body["meta"] = error.meta
    return web.json_response(body, status=error.status)


def _bad_route(request: web.Request, message: str) -> TwirpError:
    return TwirpError("bad_route", message, {"twirp_invalid_route": f"{request.method} {request.path}"})


def _ids(answer: Message) -> str:
    """Return the id an answer carries, and nothing else of it: answers hold passwords."""
    names = ("sip_trunk_id", "sip_dispatch_rule_id", "sip_call_id")
    return next((found for name in names if (found := getattr(answer, name, ""))), "")
