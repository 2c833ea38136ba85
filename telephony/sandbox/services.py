"""The requests that the sandbox answers, with the grants that each needs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from livekit.protocol import agent_dispatch, egress, room, sip

from telephony.sandbox import dials, dispatch_service, egress_service, room_service, rules, transfers, trunks
from telephony.sandbox.errors import TwirpError
from telephony.sandbox.state import State
from telephony.sandbox.tokens import Grants

Handler = Callable[[State, Any], Message | Awaitable[Message]]
Allow = Callable[[Grants, Any], None]


@dataclass(frozen=True, slots=True)
class Method:
    """One request: its grants, its type and its handler."""

    allow: Allow
    request: type[Message]
    handler: Handler


def _sip_admin(grants: Grants, _: Message) -> None:
    grants.require_sip_admin()


def _sip_call(grants: Grants, _: Message) -> None:
    grants.require_sip_call()


def _room_create(grants: Grants, _: Message) -> None:
    grants.require_room_create()


def _room_list(grants: Grants, _: Message) -> None:
    grants.require_room_list()


def _room_admin(grants: Grants, request: Any) -> None:
    grants.require_room_admin(request.room)


def _room_record(grants: Grants, _: Message) -> None:
    grants.require_room_record()


def _transfer(grants: Grants, request: sip.TransferSIPParticipantRequest) -> None:
    grants.require_sip_call()
    grants.require_room_admin(request.room_name)


_ANSWERED: Mapping[str, Mapping[str, tuple[Allow, Handler]]] = {
    "SIP": {
        "CreateSIPInboundTrunk": (_sip_admin, trunks.create_inbound),
        "CreateSIPOutboundTrunk": (_sip_admin, trunks.create_outbound),
        "UpdateSIPInboundTrunk": (_sip_admin, trunks.update_inbound),
        "UpdateSIPOutboundTrunk": (_sip_admin, trunks.update_outbound),
        "GetSIPInboundTrunk": (_sip_admin, trunks.get_inbound),
        "GetSIPOutboundTrunk": (_sip_admin, trunks.get_outbound),
        "ListSIPInboundTrunk": (_sip_admin, trunks.list_inbound),
        "ListSIPOutboundTrunk": (_sip_admin, trunks.list_outbound),
        "DeleteSIPTrunk": (_sip_admin, trunks.delete),
        "CreateSIPDispatchRule": (_sip_admin, rules.create),
        "UpdateSIPDispatchRule": (_sip_admin, rules.update),
        "ListSIPDispatchRule": (_sip_admin, rules.list_all),
        "DeleteSIPDispatchRule": (_sip_admin, rules.delete),
        "CreateSIPParticipant": (_sip_call, dials.create_participant),
        "TransferSIPParticipant": (_transfer, transfers.transfer),
    },
    "RoomService": {
        "CreateRoom": (_room_create, room_service.create),
        "ListRooms": (_room_list, room_service.list_rooms),
        "DeleteRoom": (_room_create, room_service.delete),
        "ListParticipants": (_room_admin, room_service.list_participants),
        "GetParticipant": (_room_admin, room_service.get_participant),
        "RemoveParticipant": (_room_admin, room_service.remove_participant),
        "SendData": (_room_admin, room_service.send_data),
    },
    "Egress": {
        "StartRoomCompositeEgress": (_room_record, egress_service.start),
        "ListEgress": (_room_record, egress_service.list_all),
        "StopEgress": (_room_record, egress_service.stop),
    },
    "AgentDispatchService": {
        "CreateDispatch": (_room_admin, dispatch_service.create),
        "ListDispatch": (_room_admin, dispatch_service.list_all),
        "DeleteDispatch": (_room_admin, dispatch_service.delete),
    },
}

SERVICES: Mapping[str, ServiceDescriptor] = {
    "SIP": sip.DESCRIPTOR.services_by_name["SIP"],
    "RoomService": room.DESCRIPTOR.services_by_name["RoomService"],
    "Egress": egress.DESCRIPTOR.services_by_name["Egress"],
    "AgentDispatchService": agent_dispatch.DESCRIPTOR.services_by_name["AgentDispatchService"],
}


def method_of(service: str, name: str) -> Method | None:
    """Return a method, or None if LiveKit has none. Raises TwirpError if only the sandbox lacks it."""
    descriptor = SERVICES[service].methods_by_name.get(name)
    if descriptor is None:
        return None
    if name not in _ANSWERED[service]:
        raise TwirpError("unimplemented", f"The sandbox does not answer {name}.")
    allow, handler = _ANSWERED[service][name]
    return Method(allow, GetMessageClass(descriptor.input_type), handler)
