"""Which requests the sandbox answers, and what a token must allow for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from livekit.protocol import sip

from telephony.sandbox import rules, trunks
from telephony.sandbox.errors import TwirpError
from telephony.sandbox.state import State
from telephony.sandbox.tokens import Grants

Handler = Callable[[State, Any], Message]


@dataclass(frozen=True, slots=True)
class Method:
    """One request: who may make it, how it is read and answered."""

    allow: Callable[[Grants], None]
    request: type[Message]
    handler: Handler


_SIP_ADMIN: Mapping[str, Handler] = {
    "CreateSIPInboundTrunk": trunks.create_inbound,
    "CreateSIPOutboundTrunk": trunks.create_outbound,
    "UpdateSIPInboundTrunk": trunks.update_inbound,
    "UpdateSIPOutboundTrunk": trunks.update_outbound,
    "GetSIPInboundTrunk": trunks.get_inbound,
    "GetSIPOutboundTrunk": trunks.get_outbound,
    "ListSIPInboundTrunk": trunks.list_inbound,
    "ListSIPOutboundTrunk": trunks.list_outbound,
    "DeleteSIPTrunk": trunks.delete,
    "CreateSIPDispatchRule": rules.create,
    "UpdateSIPDispatchRule": rules.update,
    "ListSIPDispatchRule": rules.list_all,
    "DeleteSIPDispatchRule": rules.delete,
}

SERVICES: Mapping[str, ServiceDescriptor] = {"SIP": sip.DESCRIPTOR.services_by_name["SIP"]}


def method_of(service: str, name: str) -> Method | None:
    """Give a method, or None where LiveKit has none. Raises TwirpError where only the sandbox has none."""
    descriptor = SERVICES[service].methods_by_name.get(name)
    if descriptor is None:
        return None
    if name not in _SIP_ADMIN:
        raise TwirpError("unimplemented", f"The sandbox does not answer {name}.")
    return Method(Grants.require_sip_admin, GetMessageClass(descriptor.input_type), _SIP_ADMIN[name])
