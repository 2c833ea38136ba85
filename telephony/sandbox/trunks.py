"""LiveKit's SIP service: trunks."""

from livekit.protocol.sip import (
    CreateSIPInboundTrunkRequest,
    CreateSIPOutboundTrunkRequest,
    DeleteSIPTrunkRequest,
    GetSIPInboundTrunkRequest,
    GetSIPInboundTrunkResponse,
    GetSIPOutboundTrunkRequest,
    GetSIPOutboundTrunkResponse,
    ListSIPInboundTrunkRequest,
    ListSIPInboundTrunkResponse,
    ListSIPOutboundTrunkRequest,
    ListSIPOutboundTrunkResponse,
    SIPInboundTrunkInfo,
    SIPOutboundTrunkInfo,
    SIPTrunkInfo,
    UpdateSIPInboundTrunkRequest,
    UpdateSIPOutboundTrunkRequest,
)

from telephony.sandbox.changes import apply_update, check_update
from telephony.sandbox.checks import check_inbound, check_outbound
from telephony.sandbox.conflicts import refuse_trunk_conflicts, with_new
from telephony.sandbox.errors import TwirpError, invalid
from telephony.sandbox.numbers import normalized
from telephony.sandbox.state import State
from telephony.sandbox.store import MessageT, Shelf, new_id


def create_inbound(state: State, request: CreateSIPInboundTrunkRequest) -> SIPInboundTrunkInfo:
    trunk = request.trunk
    _refuse_given_id(request, trunk)
    check_inbound(trunk)
    refuse_trunk_conflicts(with_new(_sharing(state, trunk), trunk))
    trunk.sip_trunk_id = new_id("ST_")
    state.inbound.put(trunk.sip_trunk_id, trunk)
    return trunk


def create_outbound(state: State, request: CreateSIPOutboundTrunkRequest) -> SIPOutboundTrunkInfo:
    trunk = request.trunk
    _refuse_given_id(request, trunk)
    check_outbound(trunk)
    trunk.sip_trunk_id = new_id("ST_")
    state.outbound.put(trunk.sip_trunk_id, trunk)
    return trunk


def update_inbound(state: State, request: UpdateSIPInboundTrunkRequest) -> SIPInboundTrunkInfo:
    _check_update_request(request)
    if request.HasField("replace"):
        check_inbound(request.replace)
    trunk = _found(state.inbound, request.sip_trunk_id)
    if request.HasField("replace"):
        trunk.CopyFrom(request.replace)
        trunk.sip_trunk_id = request.sip_trunk_id
    else:
        apply_update(trunk, request.update)
        check_inbound(trunk)
    sharing = _sharing(state, trunk)  # by the numbers stored before: LiveKit misses conflicts with newly added ones
    refuse_trunk_conflicts(trunk if other.sip_trunk_id == trunk.sip_trunk_id else other for other in sharing)
    state.inbound.put(trunk.sip_trunk_id, trunk)
    return trunk


def update_outbound(state: State, request: UpdateSIPOutboundTrunkRequest) -> SIPOutboundTrunkInfo:
    _check_update_request(request)
    if request.HasField("replace"):
        check_outbound(request.replace)
    trunk = _found(state.outbound, request.sip_trunk_id)
    if request.HasField("replace"):
        trunk.CopyFrom(request.replace)
        trunk.sip_trunk_id = request.sip_trunk_id
    else:
        apply_update(trunk, request.update)
        _check_changed_outbound(trunk)
    state.outbound.put(trunk.sip_trunk_id, trunk)
    return trunk


def get_inbound(state: State, request: GetSIPInboundTrunkRequest) -> GetSIPInboundTrunkResponse:
    return GetSIPInboundTrunkResponse(trunk=_found(state.inbound, _given(request.sip_trunk_id)))


def get_outbound(state: State, request: GetSIPOutboundTrunkRequest) -> GetSIPOutboundTrunkResponse:
    return GetSIPOutboundTrunkResponse(trunk=_found(state.outbound, _given(request.sip_trunk_id)))


def list_inbound(state: State, request: ListSIPInboundTrunkRequest) -> ListSIPInboundTrunkResponse:
    wanted = {normalized(number) for number in request.numbers}
    return ListSIPInboundTrunkResponse(
        items=[
            trunk
            for trunk in state.inbound.after(request.page.after_id)
            if (not request.trunk_ids or trunk.sip_trunk_id in request.trunk_ids) and _takes(trunk, wanted)
        ]
    )


def list_outbound(state: State, request: ListSIPOutboundTrunkRequest) -> ListSIPOutboundTrunkResponse:
    return ListSIPOutboundTrunkResponse(
        items=[
            trunk
            for trunk in state.outbound.after(request.page.after_id)
            if (not request.trunk_ids or trunk.sip_trunk_id in request.trunk_ids)
            and (not request.numbers or not trunk.numbers or set(request.numbers) & set(trunk.numbers))
        ]
    )


def delete(state: State, request: DeleteSIPTrunkRequest) -> SIPTrunkInfo:
    trunk_id = _given(request.sip_trunk_id)
    state.inbound.remove(trunk_id)
    state.outbound.remove(trunk_id)
    return SIPTrunkInfo(sip_trunk_id=trunk_id)


def _refuse_given_id(
    request: CreateSIPInboundTrunkRequest | CreateSIPOutboundTrunkRequest,
    trunk: SIPInboundTrunkInfo | SIPOutboundTrunkInfo,
) -> None:
    if not request.HasField("trunk"):
        raise invalid("missing trunk")
    if trunk.sip_trunk_id:
        raise invalid("trunk id must not be set")


def _check_update_request(request: UpdateSIPInboundTrunkRequest | UpdateSIPOutboundTrunkRequest) -> None:
    if not request.sip_trunk_id:
        raise invalid("trunk id must be set")
    if request.HasField("update"):
        check_update(request.update)
    elif not request.HasField("replace"):
        raise invalid("missing or unsupported update action")
    elif request.replace.sip_trunk_id not in ("", request.sip_trunk_id):
        raise invalid("trunk id in the info must be empty or match the id in the update")


def _check_changed_outbound(trunk: SIPOutboundTrunkInfo) -> None:
    """Validate the result of a partial update; LiveKit's error for it has no specific code."""
    try:
        check_outbound(trunk)
    except TwirpError as error:
        raise TwirpError("unknown", error.message) from None


def _given(trunk_id: str) -> str:
    if not trunk_id:
        raise invalid("trunk ID is required")
    return trunk_id


def _found(shelf: Shelf[MessageT], trunk_id: str) -> MessageT:
    trunk = shelf.get(trunk_id)
    if trunk is None:
        raise TwirpError("not_found", "requested sip trunk does not exist")
    return trunk


def _sharing(state: State, trunk: SIPInboundTrunkInfo) -> list[SIPInboundTrunkInfo]:
    """Return the stored trunks that could match a call to one of this trunk's numbers."""
    wanted = {normalized(number) for number in trunk.numbers}
    return [other for other in state.inbound if _takes(other, wanted)]


def _takes(trunk: SIPInboundTrunkInfo, wanted: set[str]) -> bool:
    return not wanted or not trunk.numbers or not wanted.isdisjoint(map(normalized, trunk.numbers))
