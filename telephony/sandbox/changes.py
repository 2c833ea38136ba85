"""Partial updates: fields that are named change, all others stay. Header fields, timeouts and rooms cannot be named."""

from collections.abc import Mapping, MutableMapping, MutableSequence

from google.protobuf.message import Message
from livekit.protocol.models import ListUpdate
from livekit.protocol.sip import (
    SIPDispatchRuleInfo,
    SIPDispatchRuleUpdate,
    SIPInboundTrunkInfo,
    SIPInboundTrunkUpdate,
    SIPMediaConfig,
    SIPOutboundTrunkInfo,
    SIPOutboundTrunkUpdate,
)

from telephony.sandbox.checks import check_list_update, check_media

Info = SIPInboundTrunkInfo | SIPOutboundTrunkInfo | SIPDispatchRuleInfo
Update = SIPInboundTrunkUpdate | SIPOutboundTrunkUpdate | SIPDispatchRuleUpdate


def check_update(update: Update) -> None:
    """Raise for a change of a list or of the media that LiveKit rejects."""
    for _, value in update.ListFields():
        if isinstance(value, ListUpdate):
            check_list_update(value)
        elif isinstance(value, SIPMediaConfig):
            check_media(value)


def apply_update(info: Info, update: Update) -> None:
    """Change `info` in place."""
    for field, value in update.ListFields():
        if isinstance(value, ListUpdate):
            _change_list(getattr(info, field.name), value)
        elif isinstance(value, Message):
            getattr(info, field.name).CopyFrom(value)
        elif isinstance(value, Mapping):
            _change_map(getattr(info, field.name), value)
        else:
            setattr(info, field.name, value)
    upgrade(info)
    info.media_encryption = info.media.encryption


def upgrade(info: Info) -> None:
    """Write the encryption to `media` too, where newer servers keep it."""
    info.media.SetInParent()
    if info.media_encryption and not info.media.HasField("encryption"):
        info.media.encryption = info.media_encryption


def _change_list(values: MutableSequence[str], change: ListUpdate) -> None:
    if change.clear or change.set:
        values[:] = change.set
        return
    for value in change.remove:
        if value in values:
            values.remove(value)
    values.extend(value for value in dict.fromkeys(change.add) if value not in values)


def _change_map(values: MutableMapping[str, str], change: Mapping[str, str]) -> None:
    for key, value in change.items():
        if value:
            values[key] = value
        else:
            values.pop(key, None)
