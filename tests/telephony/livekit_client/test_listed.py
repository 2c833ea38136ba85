"""A listed object holds what was sent for it, whatever LiveKit adds; a change of any field shows."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from livekit import api

from telephony.choices import MediaEncryption, Transport
from telephony.livekit.listed import listed_rule, listed_trunk
from telephony.livekit.messages import message_of
from telephony.livekit.specs import DispatchRuleSpec, InboundTrunkSpec, OutboundTrunkSpec

SPECS: list[Any] = [
    InboundTrunkSpec(name="In", metadata="voxa:in", numbers=("+12025550100",), allowed_addresses=("192.0.2.7/32",)),
    OutboundTrunkSpec(name="Out", metadata="voxa:out", address="192.0.2.7:5060", auth_password="secret"),
    DispatchRuleSpec(name="Rule", metadata="voxa:rule", trunk_ids=("ST_1",), room_prefix="call-", agent_name="voxa"),
]
OTHER: dict[str, Any] = {
    "transport": Transport.TLS,
    "media_encryption": MediaEncryption.REQUIRE,
    "numbers": ("+12025550199",),
    "allowed_addresses": ("192.0.2.8/32",),
    "codecs": ("PCMU",),
    "trunk_ids": ("ST_2",),
    "headers": {"X-A": "1"},
    "headers_to_attributes": {"X-A": "a"},
    "attributes_to_headers": {"a": "X-A"},
    "attributes": {"a": "b"},
}


def bare(info: Any) -> None:
    """Leave it as it was sent."""


def dated(info: Any) -> None:
    info.created_at.seconds = info.updated_at.seconds = 1_795_219_562


def with_media(info: Any) -> None:
    info.media.SetInParent()


def with_second_encryption(info: Any) -> None:
    info.media.encryption = info.media_encryption


def with_only_the_second_encryption(info: Any) -> None:
    info.media.encryption = info.media_encryption
    info.ClearField("media_encryption")


def stored(spec: Any, add: Callable[[Any], None]) -> Any:
    info: Any = message_of(spec)
    if isinstance(info, api.SIPDispatchRuleInfo):
        info.sip_dispatch_rule_id = "SDR_1"
    else:
        info.sip_trunk_id = "ST_1"
    add(info)
    return listed_rule(info) if isinstance(info, api.SIPDispatchRuleInfo) else listed_trunk(info)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: type(spec).__name__)
@pytest.mark.parametrize("add", [bare, dated, with_media, with_second_encryption, with_only_the_second_encryption])
def test_it_holds_what_was_sent_with_what_livekit_adds(spec: Any, add: Callable[[Any], None]) -> None:
    assert stored(spec, add).holds(spec)
    if hasattr(spec, "media_encryption"):
        safe = replace(spec, media_encryption=MediaEncryption.REQUIRE)
        assert stored(safe, add).holds(safe)
        assert not stored(spec, add).holds(safe)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: type(spec).__name__)
@pytest.mark.parametrize("add", [bare, dated, with_second_encryption])
def test_a_change_of_any_field_shows(spec: Any, add: Callable[[Any], None]) -> None:
    there = stored(spec, add)
    for field in fields(spec):
        other = replace(spec, **{field.name: OTHER.get(field.name, "other")})
        assert not there.holds(other), field.name


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: type(spec).__name__)
def test_a_setting_that_no_spec_has_shows(spec: Any) -> None:
    def add(info: Any) -> None:
        info.media.media_timeout.seconds = 5

    assert not stored(spec, add).holds(spec)
