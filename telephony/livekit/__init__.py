"""The only access to LiveKit: operations, dataclasses in and out, typed errors.

`client_for(project)` returns the client, which runs the operations of `trunks`, `rooms` and `egress`. Nothing else
in Voxa calls LiveKit's server API.
"""

from telephony.livekit.client import DEADLINE, LiveKitClient
from telephony.livekit.errors import (
    CarrierAuthFailed,
    DialCanceled,
    DialEnded,
    DialRangOut,
    DialTooLate,
    GatewayFailed,
    GatewayUnreachable,
    LiveKitError,
    LiveKitNotConfigured,
    LiveKitNotFound,
    LiveKitRefused,
    LiveKitUnauthorized,
    LiveKitUnavailable,
    LiveKitUnreached,
    LiveKitWithoutSip,
    MediaRefused,
    SipRefused,
)
from telephony.livekit.operation import Operation
from telephony.livekit.registry import client_for
from telephony.livekit.specs import DispatchRuleSpec, InboundTrunkSpec, OutboundTrunkSpec, Stored

__all__ = [
    "DEADLINE",
    "CarrierAuthFailed",
    "DialCanceled",
    "DialEnded",
    "DialRangOut",
    "DialTooLate",
    "DispatchRuleSpec",
    "GatewayFailed",
    "GatewayUnreachable",
    "InboundTrunkSpec",
    "LiveKitClient",
    "LiveKitError",
    "LiveKitNotConfigured",
    "LiveKitNotFound",
    "LiveKitRefused",
    "LiveKitUnauthorized",
    "LiveKitUnavailable",
    "LiveKitUnreached",
    "LiveKitWithoutSip",
    "MediaRefused",
    "Operation",
    "OutboundTrunkSpec",
    "SipRefused",
    "Stored",
    "client_for",
]
