"""Trunks and dispatch rules: operations for `LiveKitClient`.

Creating is not idempotent: a create whose response was lost may have made the object.
"""

from collections.abc import Awaitable, Callable, Iterable
from operator import attrgetter
from typing import Any, TypeVar

from livekit import api
from livekit.api.sip_service import SipService

from telephony.choices import ObjectKind
from telephony.livekit import messages as to
from telephony.livekit.listed import Listed, listed_rule, listed_trunk
from telephony.livekit.operation import Operation
from telephony.livekit.reused_tokens import Rights
from telephony.livekit.specs import DispatchRuleSpec, InboundTrunkSpec, OutboundTrunkSpec, Stored

AnswerT = TypeVar("AnswerT")
T = TypeVar("T")


def create_inbound(spec: InboundTrunkSpec) -> Operation[str]:
    """Create an inbound trunk and return its ID. Raise `LiveKitRefused` for an open one, without a request."""
    spec.refuse_if_open()
    return _operation(
        lambda sip: sip.create_inbound_trunk(api.CreateSIPInboundTrunkRequest(trunk=to.inbound_message(spec))),
        attrgetter("sip_trunk_id"),
    )


def update_inbound(trunk_id: str, spec: InboundTrunkSpec) -> Operation[None]:
    """Replace an inbound trunk; its ID and calls are kept. Raise `LiveKitRefused` as `create_inbound` does."""
    spec.refuse_if_open()
    return _operation(lambda sip: sip.update_inbound_trunk(trunk_id, to.inbound_message(spec)), _nothing)


def list_inbound(ids: Iterable[str] | None = None) -> Operation[list[Stored[InboundTrunkSpec]]]:
    """Return all inbound trunks, or the existing ones among `ids`. Raise `ValueError` for empty `ids`."""
    request = api.ListSIPInboundTrunkRequest(trunk_ids=_wanted(ids))
    return _listing(
        lambda sip: sip.list_inbound_trunk(request), lambda answer: [to.stored_inbound(item) for item in answer.items]
    )


def create_outbound(spec: OutboundTrunkSpec) -> Operation[str]:
    """Create an outbound trunk and return its ID."""
    return _operation(
        lambda sip: sip.create_outbound_trunk(api.CreateSIPOutboundTrunkRequest(trunk=to.outbound_message(spec))),
        attrgetter("sip_trunk_id"),
    )


def update_outbound(trunk_id: str, spec: OutboundTrunkSpec) -> Operation[None]:
    """Replace an outbound trunk; its ID and calls are kept."""
    return _operation(lambda sip: sip.update_outbound_trunk(trunk_id, to.outbound_message(spec)), _nothing)


def list_outbound(ids: Iterable[str] | None = None) -> Operation[list[Stored[OutboundTrunkSpec]]]:
    """Return all outbound trunks, or the existing ones among `ids`. Raise `ValueError` for empty `ids`."""
    request = api.ListSIPOutboundTrunkRequest(trunk_ids=_wanted(ids))
    return _listing(
        lambda sip: sip.list_outbound_trunk(request), lambda answer: [to.stored_outbound(item) for item in answer.items]
    )


def delete_trunk(trunk_id: str) -> Operation[None]:
    """Delete an inbound or outbound trunk, if it exists. Its rules are not deleted: delete them first."""
    request = api.DeleteSIPTrunkRequest(sip_trunk_id=trunk_id)
    return _operation(lambda sip: sip.delete_trunk(request), _nothing)


def create_rule(spec: DispatchRuleSpec) -> Operation[str]:
    """Create a dispatch rule and return its ID. Raise `LiveKitRefused` for one without a trunk."""
    spec.refuse_if_open()
    return _operation(
        lambda sip: sip.create_dispatch_rule(api.CreateSIPDispatchRuleRequest(dispatch_rule=to.rule_message(spec))),
        attrgetter("sip_dispatch_rule_id"),
    )


def update_rule(rule_id: str, spec: DispatchRuleSpec) -> Operation[None]:
    """Replace a dispatch rule; its ID is kept. Raise `LiveKitRefused` as `create_rule` does."""
    spec.refuse_if_open()
    return _operation(lambda sip: sip.update_dispatch_rule(rule_id, to.rule_message(spec)), _nothing)


def list_rules(ids: Iterable[str] | None = None) -> Operation[list[Stored[DispatchRuleSpec]]]:
    """Return all dispatch rules, or the existing ones among `ids`. Raise `ValueError` for empty `ids`."""
    request = api.ListSIPDispatchRuleRequest(dispatch_rule_ids=_wanted(ids))
    return _listing(
        lambda sip: sip.list_dispatch_rule(request), lambda answer: [to.stored_rule(item) for item in answer.items]
    )


def delete_rule(rule_id: str) -> Operation[None]:
    """Delete a dispatch rule. Succeeds if it does not exist, although LiveKit responds with not_found here."""
    request = api.DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=rule_id)

    async def delete(sip: SipService) -> None:
        try:
            await sip.delete_dispatch_rule(request)
        except api.ServerError as error:
            if error.code != api.ServerErrorCode.NOT_FOUND:
                raise

    return _operation(delete, _nothing)


def list_kind(kind: ObjectKind) -> Operation[list[Listed]]:
    """Return all objects of a kind, not parsed."""
    if kind == ObjectKind.RULE:
        return _listing(
            lambda sip: sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest()),
            lambda answer: [listed_rule(item) for item in answer.items],
        )
    if kind == ObjectKind.INBOUND:
        return _listing(
            lambda sip: sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest()),
            lambda answer: [listed_trunk(item) for item in answer.items],
        )
    return _listing(
        lambda sip: sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest()),
        lambda answer: [listed_trunk(item) for item in answer.items],
    )


def _operation(call: Callable[[SipService], Awaitable[AnswerT]], read: Callable[[AnswerT], T]) -> Operation[T]:
    """Return an operation with a short response."""

    async def read_at_once(server: api.LiveKitAPI) -> T:
        return read(await call(server.sip))

    return Operation(read_at_once, rights=Rights.TRUNKS)


def _listing(call: Callable[[SipService], Awaitable[AnswerT]], read: Callable[[AnswerT], T]) -> Operation[T]:
    return Operation(lambda server: call(server.sip), rights=Rights.TRUNKS, read=read)


def _nothing(answer: Any) -> None:
    """Ignore the response: it repeats the request."""


def _wanted(ids: Iterable[str] | None) -> list[str]:
    """Return the IDs without empty ones. LiveKit would read an empty list as "all"."""
    wanted = [text for text in ids or () if text]
    if ids is not None and not wanted:
        raise ValueError("Pass at least one ID, or None for all.")
    return wanted
