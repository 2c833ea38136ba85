"""Apply a carrier preset to a trunk. Values in the request take precedence."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from telephony.addresses import read_host
from telephony.carriers.presets import CARRIERS, Carrier
from telephony.choices import MediaEncryption, Transport
from telephony.models import Trunk
from telephony.services.errors import Problems

OTHER = Carrier(name="", sources=())  # defaults without a preset


def with_preset(data: Mapping[str, Any], problems: Problems) -> Mapping[str, Any]:
    """Return a new trunk's values, with defaults and the gateway from its preset."""
    preset = CARRIERS.get(data.get("carrier") or "")
    if preset is None:
        return data
    gateways = data.get("gateways")
    if "gateways" not in data and "gateways" not in problems and preset.host:
        gateways = [{"ip_or_domain": preset.host}]
    filled = [_gateway(preset, gateway) for gateway in gateways or []]
    encrypted = bool(filled) and all(one.get("protocol") == Transport.TLS for one in filled)
    return {
        "leading_plus": preset.leading_plus,
        "tech_prefix": preset.tech_prefix,
        # SRTP keys are part of the signaling, so SRTP requires TLS.
        "media_encryption": preset.media_encryption if encrypted else MediaEncryption.DISABLE,
        **data,
        "gateways": filled,
    }


def with_changed_preset(trunk: Trunk, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a change with the values of its preset. Values that were set on the trunk are kept."""
    carrier = data.get("carrier")
    if carrier is None or carrier == trunk.carrier or (carrier and carrier not in CARRIERS):
        return data
    before, after = CARRIERS.get(trunk.carrier, OTHER), CARRIERS.get(carrier, OTHER)
    names = ("leading_plus", "tech_prefix")
    follow = {name: getattr(after, name) for name in names if getattr(trunk, name) == getattr(before, name)}
    gateways = data.get("gateways")
    filled = {} if gateways is None or carrier == "" else {"gateways": [_gateway(after, one) for one in gateways]}
    return {**follow, **data, **filled}


def _gateway(preset: Carrier, gateway: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a gateway with the preset's port and the transport of that port."""
    port = gateway.get("port") or _typed_port(gateway.get("ip_or_domain"))
    chosen = port or preset.port
    return {"port": chosen, "protocol": preset.transport(chosen), **gateway}


def _typed_port(host: Any) -> int | None:
    try:
        return read_host(host).port if isinstance(host, str) else None
    except ValidationError:
        return None
