"""The client of one LiveKit server. Its calls block, each with its own deadline, and are safe from any thread."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TypeVar

import aiohttp
from livekit import api
from livekit.api.sip_service import SipService

from telephony.livekit_client import loop
from telephony.livekit_client import messages as to
from telephony.livekit_client.errors import LiveKitError, LiveKitNotConfigured, LiveKitNotFound
from telephony.livekit_client.failures import as_livekit_error
from telephony.livekit_client.operation import Operation
from telephony.livekit_client.sip_admin import SipAdmin
from telephony.livekit_client.specs import DispatchRuleSpec, InboundTrunkSpec, OutboundTrunkSpec, Stored

T = TypeVar("T")

DEADLINE = 5.0  # seconds from the start of a call to its answer or LiveKitUnavailable


class LiveKitClient:
    """One LiveKit server and one key to it.

    Every method raises LiveKitUnavailable (nothing is known of the outcome), LiveKitRefused, LiveKitUnauthorized or
    LiveKitNotFound. `on_outcome` is told None or the error after each call. Creating is not idempotent: a create whose
    answer was lost may have made the object.
    """

    def __init__(
        self,
        url: str,
        key: str,
        secret: str,
        *,
        deadline: float = DEADLINE,
        on_outcome: Callable[[LiveKitError | None], None] | None = None,
    ) -> None:
        if not (url and key and secret):  # livekit-api would take what is missing from the environment
            raise LiveKitNotConfigured
        self._url, self._key, self._secret = url, key, secret
        self._deadline = deadline
        self._on_outcome = on_outcome
        self._sip_admin = SipAdmin(url, key, secret)

    def __repr__(self) -> str:
        return f"<LiveKitClient {self._url}>"

    def speaks_for(self, url: str, key: str, secret: str) -> bool:
        """Say whether this client was made with these."""
        return (self._url, self._key, self._secret) == (url, key, secret)

    def create_inbound(self, spec: InboundTrunkSpec) -> str:
        """Create an inbound trunk and give its id. An open one is refused before LiveKit is asked."""
        spec.refuse_if_open()
        return self._call(
            lambda sip: sip.create_inbound_trunk(api.CreateSIPInboundTrunkRequest(trunk=to.inbound_message(spec)))
        ).sip_trunk_id

    def update_inbound(self, trunk_id: str, spec: InboundTrunkSpec) -> None:
        """Replace an inbound trunk whole; its id and calls stay."""
        spec.refuse_if_open()
        self._call(lambda sip: sip.update_inbound_trunk(trunk_id, to.inbound_message(spec)))

    def list_inbound(self, ids: Iterable[str] | None = None) -> list[Stored[InboundTrunkSpec]]:
        """Give all inbound trunks, or those of the ids that exist. An empty `ids` asks nothing."""
        if (wanted := _wanted(ids)) == []:
            return []
        answer = self._call(lambda sip: sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest(trunk_ids=wanted)))
        return [to.stored_inbound(item) for item in answer.items]

    def create_outbound(self, spec: OutboundTrunkSpec) -> str:
        """Create an outbound trunk and give its id."""
        return self._call(
            lambda sip: sip.create_outbound_trunk(api.CreateSIPOutboundTrunkRequest(trunk=to.outbound_message(spec)))
        ).sip_trunk_id

    def update_outbound(self, trunk_id: str, spec: OutboundTrunkSpec) -> None:
        """Replace an outbound trunk whole; its id and calls stay."""
        self._call(lambda sip: sip.update_outbound_trunk(trunk_id, to.outbound_message(spec)))

    def list_outbound(self, ids: Iterable[str] | None = None) -> list[Stored[OutboundTrunkSpec]]:
        """Give all outbound trunks, or those of the ids that exist. An empty `ids` asks nothing."""
        if (wanted := _wanted(ids)) == []:
            return []
        answer = self._call(lambda sip: sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest(trunk_ids=wanted)))
        return [to.stored_outbound(item) for item in answer.items]

    def delete_trunk(self, trunk_id: str) -> None:
        """Delete an inbound or outbound trunk. Deleting what is gone succeeds. Its rules stay: delete them first."""
        self._call(lambda sip: sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=trunk_id)))

    def create_rule(self, spec: DispatchRuleSpec) -> str:
        """Create a dispatch rule and give its id. One that names no trunk is refused before LiveKit is asked."""
        spec.refuse_if_open()
        return self._call(
            lambda sip: sip.create_dispatch_rule(api.CreateSIPDispatchRuleRequest(dispatch_rule=to.rule_message(spec)))
        ).sip_dispatch_rule_id

    def update_rule(self, rule_id: str, spec: DispatchRuleSpec) -> None:
        """Replace a dispatch rule whole; its id stays."""
        spec.refuse_if_open()
        self._call(lambda sip: sip.update_dispatch_rule(rule_id, to.rule_message(spec)))

    def list_rules(self, ids: Iterable[str] | None = None) -> list[Stored[DispatchRuleSpec]]:
        """Give all dispatch rules, or those of the ids that exist. An empty `ids` asks nothing."""
        if (wanted := _wanted(ids)) == []:
            return []
        answer = self._call(
            lambda sip: sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest(dispatch_rule_ids=wanted))
        )
        return [to.stored_rule(item) for item in answer.items]

    def delete_rule(self, rule_id: str) -> None:
        """Delete a dispatch rule. Deleting what is gone succeeds, though LiveKit answers not_found here."""
        with suppress(LiveKitNotFound):
            self._call(
                lambda sip: sip.delete_dispatch_rule(api.DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=rule_id))
            )

    def run(self, operation: Operation[T]) -> T:
        """Carry out an operation of `rooms` and wait for it. Raises what it raises, as every method here does."""
        deadline = operation.deadline or self._deadline
        try:
            outcome = loop.run(lambda session: self._attempt(session, operation, deadline), deadline)
        except TimeoutError as late:
            outcome = as_livekit_error(late, deadline)
        return self._settle(outcome)

    async def arun(self, operation: Operation[T]) -> T:
        """The same for asyncio: thousands may wait side by side. The outcome is recorded in a thread."""
        deadline = operation.deadline or self._deadline
        outcome = await loop.arun(lambda session: self._attempt(session, operation, deadline))
        return await asyncio.to_thread(self._settle, outcome)

    def _call(self, operation: Callable[[SipService], Awaitable[T]]) -> T:
        return self.run(Operation(lambda server: operation(server.sip), sip_admin=True))

    def _settle(self, outcome: T | LiveKitError) -> T:
        """Record and give the outcome. The error raised is a new one: no frame of it holds a message or a token."""
        error = outcome if isinstance(outcome, LiveKitError) else None
        if self._on_outcome is not None:
            self._on_outcome(error)
        if isinstance(outcome, LiveKitError):
            raise outcome
        return outcome

    async def _attempt(
        self, session: aiohttp.ClientSession, operation: Operation[T], deadline: float
    ) -> T | LiveKitError:
        try:
            async with asyncio.timeout(deadline):  # livekit-api's own timeout holds for dials alone
                return await operation.call(self._library(session, operation))
        except Exception as failure:
            return as_livekit_error(failure, deadline)

    def _library(self, session: aiohttp.ClientSession, operation: Operation[T]) -> api.LiveKitAPI:
        """Give livekit-api's client. With failover on it would repeat a create or a dial by itself."""
        if operation.sip_admin:
            return self._sip_admin.server(session)
        return api.LiveKitAPI(self._url, self._key, self._secret, session=session, failover=False)


def _wanted(ids: Iterable[str] | None) -> list[str] | None:
    """Give the ids without empty ones: LiveKit reads an empty list as "all"."""
    return None if ids is None else [text for text in ids if text]
