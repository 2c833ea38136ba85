"""Convert specs to LiveKit's protobuf messages and back."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from google.protobuf.message import Message
from livekit import api

from telephony.choices import MediaEncryption, Transport
from telephony.livekit.entrances import entrance_of, rule_of
from telephony.livekit.specs import DispatchRuleSpec, InboundTrunkSpec, OutboundTrunkSpec, Stored

SpecT = TypeVar("SpecT", InboundTrunkSpec, OutboundTrunkSpec, DispatchRuleSpec)
InfoT = TypeVar("InfoT", api.SIPInboundTrunkInfo, api.SIPOutboundTrunkInfo, api.SIPDispatchRuleInfo)

_TO_ENCRYPTION = {
    MediaEncryption.DISABLE: api.SIPMediaEncryption.SIP_MEDIA_ENCRYPT_DISABLE,
    MediaEncryption.ALLOW: api.SIPMediaEncryption.SIP_MEDIA_ENCRYPT_ALLOW,
    MediaEncryption.REQUIRE: api.SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE,
}
_TO_TRANSPORT = {
    None: api.SIPTransport.SIP_TRANSPORT_AUTO,
    Transport.UDP: api.SIPTransport.SIP_TRANSPORT_UDP,
    Transport.TCP: api.SIPTransport.SIP_TRANSPORT_TCP,
    Transport.TLS: api.SIPTransport.SIP_TRANSPORT_TLS,
}
_FROM_ENCRYPTION = {value: key for key, value in _TO_ENCRYPTION.items()}
_FROM_TRANSPORT = {value: key for key, value in _TO_TRANSPORT.items()}


def inbound_message(spec: InboundTrunkSpec) -> api.SIPInboundTrunkInfo:
    return api.SIPInboundTrunkInfo(
        name=spec.name,
        metadata=spec.metadata,
        numbers=spec.numbers,
        allowed_addresses=spec.allowed_addresses,
        auth_username=spec.auth_username,
        auth_password=spec.auth_password,
        media_encryption=_TO_ENCRYPTION[spec.media_encryption],
        media=_media(spec.codecs),
        headers_to_attributes=spec.headers_to_attributes,
        attributes_to_headers=spec.attributes_to_headers,
    )


def outbound_message(spec: OutboundTrunkSpec) -> api.SIPOutboundTrunkInfo:
    return api.SIPOutboundTrunkInfo(
        name=spec.name,
        metadata=spec.metadata,
        address=spec.address,
        transport=_TO_TRANSPORT[spec.transport],
        numbers=spec.numbers,
        auth_username=spec.auth_username,
        auth_password=spec.auth_password,
        from_host=spec.from_host,
        media_encryption=_TO_ENCRYPTION[spec.media_encryption],
        media=_media(spec.codecs),
        headers=spec.headers,
        headers_to_attributes=spec.headers_to_attributes,
        attributes_to_headers=spec.attributes_to_headers,
    )


def rule_message(spec: DispatchRuleSpec) -> api.SIPDispatchRuleInfo:
    agent = api.RoomAgentDispatch(agent_name=spec.agent_name, metadata=spec.agent_metadata)
    return api.SIPDispatchRuleInfo(
        name=spec.name,
        metadata=spec.metadata,
        trunk_ids=spec.trunk_ids,
        attributes=dict(spec.attributes),
        rule=api.SIPDispatchRule(dispatch_rule_individual=api.SIPDispatchRuleIndividual(room_prefix=spec.room_prefix)),
        room_config=api.RoomConfiguration(agents=[agent]) if spec.agent_name else None,
    )


def message_of(spec: InboundTrunkSpec | OutboundTrunkSpec | DispatchRuleSpec) -> Message:
    """Return what is sent for a spec."""
    if isinstance(spec, InboundTrunkSpec):
        return inbound_message(spec)
    return outbound_message(spec) if isinstance(spec, OutboundTrunkSpec) else rule_message(spec)


def stored_inbound(info: api.SIPInboundTrunkInfo) -> Stored[InboundTrunkSpec]:
    stored_id, seen, info = info.sip_trunk_id, entrance_of(info), plain(info)
    spec = InboundTrunkSpec(
        name=info.name,
        metadata=info.metadata,
        numbers=tuple(info.numbers),
        allowed_addresses=tuple(info.allowed_addresses),
        auth_username=info.auth_username,
        auth_password=info.auth_password,
        media_encryption=_FROM_ENCRYPTION[info.media_encryption],
        codecs=_codecs(info.media),
        headers_to_attributes=dict(info.headers_to_attributes),
        attributes_to_headers=dict(info.attributes_to_headers),
    )
    return replace(_stored(stored_id, spec, inbound_message(spec), info), seen=seen)


def stored_outbound(info: api.SIPOutboundTrunkInfo) -> Stored[OutboundTrunkSpec]:
    stored_id, info = info.sip_trunk_id, plain(info)
    spec = OutboundTrunkSpec(
        name=info.name,
        metadata=info.metadata,
        address=info.address,
        transport=_FROM_TRANSPORT[info.transport],
        numbers=tuple(info.numbers),
        auth_username=info.auth_username,
        auth_password=info.auth_password,
        from_host=info.from_host,
        media_encryption=_FROM_ENCRYPTION[info.media_encryption],
        codecs=_codecs(info.media),
        headers=dict(info.headers),
        headers_to_attributes=dict(info.headers_to_attributes),
        attributes_to_headers=dict(info.attributes_to_headers),
    )
    return _stored(stored_id, spec, outbound_message(spec), info)


def stored_rule(info: api.SIPDispatchRuleInfo) -> Stored[DispatchRuleSpec]:
    stored_id, seen, info = info.sip_dispatch_rule_id, rule_of(info), plain(info)
    agents = info.room_config.agents
    spec = DispatchRuleSpec(
        name=info.name,
        metadata=info.metadata,
        trunk_ids=tuple(info.trunk_ids),
        room_prefix=info.rule.dispatch_rule_individual.room_prefix,
        agent_name=agents[0].agent_name if agents else "",
        agent_metadata=agents[0].metadata if agents else "",
        attributes=dict(info.attributes),
    )
    return replace(_stored(stored_id, spec, rule_message(spec), info), seen=seen)


def _media(codecs: Iterable[str]) -> api.SIPMediaConfig | None:
    listed = [api.SIPCodec(name=name) for name in codecs]
    return api.SIPMediaConfig(only_listed_codecs=True, codecs=listed) if listed else None


def _codecs(media: api.SIPMediaConfig) -> tuple[str, ...]:
    return tuple(codec.name for codec in media.codecs)


def _stored(stored_id: str, spec: SpecT, said: InfoT, info: InfoT) -> Stored[SpecT]:
    names = (field.name for field in info.DESCRIPTOR.fields)
    beyond = tuple(name for name in names if getattr(said, name) != getattr(info, name))
    return Stored(stored_id, spec, said == info, beyond)


def plain(info: InfoT) -> InfoT:
    """Return a copy without what LiveKit adds: the ID, times, and the second encryption field."""
    plain = type(info)()
    plain.CopyFrom(info)
    if plain.media.HasField("encryption"):
        plain.media_encryption = plain.media.encryption
        plain.media.ClearField("encryption")
    if plain.media == api.SIPMediaConfig():
        plain.ClearField("media")
    for name in ("sip_trunk_id", "sip_dispatch_rule_id", "created_at", "updated_at"):
        if name in plain.DESCRIPTOR.fields_by_name:
            plain.ClearField(name)
    return plain


def completed(ours: Message, info: Message) -> Message:
    """Return our message with what LiveKit adds, as `info` has it: equal to it only if ours equals `plain(info)`."""
    sent: Any = ours
    stored: Any = info
    if isinstance(stored, api.SIPDispatchRuleInfo):
        sent.sip_dispatch_rule_id = stored.sip_dispatch_rule_id
    else:
        sent.sip_trunk_id = stored.sip_trunk_id
    for name in ("created_at", "updated_at"):
        if stored.HasField(name):
            getattr(sent, name).CopyFrom(getattr(stored, name))
    if stored.HasField("media"):
        sent.media.SetInParent()
        if stored.media.HasField("encryption"):
            sent.media.encryption = sent.media_encryption
    return ours
