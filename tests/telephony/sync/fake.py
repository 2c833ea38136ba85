"""LiveKit in this process: the sandbox's rules behind the real client's methods and messages, without a network."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar

from livekit import api
from livekit.protocol import sip

from telephony.livekit import (
    DispatchRuleSpec,
    InboundTrunkSpec,
    LiveKitClient,
    LiveKitNotConfigured,
    Operation,
    OutboundTrunkSpec,
    Stored,
    trunks,
)
from telephony.livekit.failures import as_livekit_error
from telephony.livekit.loop import in_caller
from telephony.models import LiveKitProject
from telephony.sandbox import rules
from telephony.sandbox import trunks as objects
from telephony.sandbox.errors import TwirpError
from telephony.sandbox.state import State

T = TypeVar("T")


class Killed(BaseException):
    """The process ends here: nothing catches it."""


class FakeLiveKit:
    """The server: its state, a log of the calls, and `on_call`, told of each before and after it is done."""

    def __init__(self) -> None:
        self.state = State()
        self.calls: list[str] = []
        self.away = False
        self.on_call: Callable[[str, str], None] = lambda name, moment: None

    def ask(self, name: str, handler: Callable[[State, Any], Any], request: Any) -> Any:
        """Carry out one request, as the network would bring it."""
        if self.away:
            raise TimeoutError
        self.on_call(name, "before")
        self.calls.append(name)
        try:
            answer = handler(self.state, request)
        except TwirpError as error:
            raise api.ServerError(error.code, error.message, status=error.status) from None
        self.on_call(name, "after")
        return answer

    def flush(self) -> None:
        """Lose everything."""
        self.state = State()

    def client_for(self, project: LiveKitProject) -> "FakeClient":
        """Stand in for the real `client_for`."""
        if not project.is_configured:
            raise LiveKitNotConfigured
        return FakeClient(self)

    def copy_of_state(self) -> State:
        """Return the state as it is now, for later."""
        copy = State()
        for name, id_field in (
            ("inbound", "sip_trunk_id"), ("outbound", "sip_trunk_id"), ("rules", "sip_dispatch_rule_id")
        ):  # fmt: skip
            for message in getattr(self.state, name):
                getattr(copy, name).put(getattr(message, id_field), message)
        return copy

    @property
    def client_for_tests(self) -> "FakeClient":
        """Return a client for what others do on this server; its calls are not logged."""
        return FakeClient(self, silent=True)

    def inbound(self) -> list[Stored[InboundTrunkSpec]]:
        """Return what stands, without counting as a call."""
        return self.client_for_tests.run(trunks.list_inbound())

    def outbound(self) -> list[Stored[OutboundTrunkSpec]]:
        return self.client_for_tests.run(trunks.list_outbound())

    def rules(self) -> list[Stored[DispatchRuleSpec]]:
        return self.client_for_tests.run(trunks.list_rules())

    def ids(self) -> set[str]:
        """Return the ids of all that stands."""
        return {stored.id for kind in (self.inbound(), self.outbound(), self.rules()) for stored in kind}


class _Sip:
    """The library's SIP service, answered at once."""

    def __init__(self, ask: Callable[[str, Callable[[State, Any], Any], Any], Any]) -> None:
        self._ask = ask

    async def create_inbound_trunk(self, request: Any) -> Any:
        return self._ask("create inbound", objects.create_inbound, request)

    async def create_outbound_trunk(self, request: Any) -> Any:
        return self._ask("create outbound", objects.create_outbound, request)

    async def create_dispatch_rule(self, request: Any) -> Any:
        return self._ask("create rule", rules.create, request)

    async def update_inbound_trunk(self, trunk_id: str, info: Any) -> Any:
        request = sip.UpdateSIPInboundTrunkRequest(sip_trunk_id=trunk_id, replace=info)
        return self._ask("update inbound", objects.update_inbound, request)

    async def update_outbound_trunk(self, trunk_id: str, info: Any) -> Any:
        request = sip.UpdateSIPOutboundTrunkRequest(sip_trunk_id=trunk_id, replace=info)
        return self._ask("update outbound", objects.update_outbound, request)

    async def update_dispatch_rule(self, rule_id: str, info: Any) -> Any:
        request = sip.UpdateSIPDispatchRuleRequest(sip_dispatch_rule_id=rule_id, replace=info)
        return self._ask("update rule", rules.update, request)

    async def list_inbound_trunk(self, request: Any) -> Any:
        return self._ask("list inbound", objects.list_inbound, request)

    async def list_outbound_trunk(self, request: Any) -> Any:
        return self._ask("list outbound", objects.list_outbound, request)

    async def list_dispatch_rule(self, request: Any) -> Any:
        return self._ask("list rule", rules.list_all, request)

    async def delete_trunk(self, request: Any) -> Any:
        return self._ask("delete trunk", objects.delete, request)

    async def delete_dispatch_rule(self, request: Any) -> Any:
        return self._ask("delete rule", rules.delete, request)


class FakeClient(LiveKitClient):
    """The real client with the network taken out."""

    def __init__(self, server: FakeLiveKit, silent: bool = False) -> None:
        super().__init__("ws://fake", "key", "secret")
        self._server, self._silent = server, silent

    def run(self, operation: Operation[T]) -> T:
        library: Any = SimpleNamespace(sip=_Sip(self._answer if self._silent else self._server.ask))
        step: Any = operation.call(library)
        try:
            step.send(None)
        except StopIteration as end:
            return operation.read(end.value)
        except Exception as error:
            raise as_livekit_error(error, 5.0) from None
        raise AssertionError("the fake never waits")

    async def ask(self, operation: Operation[T]) -> T:
        return await in_caller(self.run, operation)

    def _answer(self, name: str, handler: Callable[[State, Any], Any], request: Any) -> Any:
        return handler(self._server.state, request)
