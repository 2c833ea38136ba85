"""Short ways to say what a case is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from livekit import api


@contextmanager
def answers(code: str, message: str = "", *, status: int = 0) -> Iterator[None]:
    """Expect LiveKit's error: its code, and where given its whole message and HTTP status."""
    with pytest.raises(api.ServerError) as caught:
        yield
    assert caught.value.code == code, caught.value
    assert message in ("", caught.value.message)
    assert status in (0, caught.value.status)


def inbound(*numbers: str, **fields: Any) -> api.SIPInboundTrunkInfo:
    return api.SIPInboundTrunkInfo(**{"name": "in", "numbers": numbers, **fields})


def outbound(*numbers: str, **fields: Any) -> api.SIPOutboundTrunkInfo:
    return api.SIPOutboundTrunkInfo(**{"name": "out", "address": "sip.example.com", "numbers": numbers, **fields})


def rule(*trunk_ids: str, **fields: Any) -> api.SIPDispatchRuleInfo:
    individual = api.SIPDispatchRuleIndividual(room_prefix="call-")
    kind = api.SIPDispatchRule(dispatch_rule_individual=individual)
    return api.SIPDispatchRuleInfo(**{"name": "rule", "trunk_ids": trunk_ids, "rule": kind, **fields})


async def add_inbound(lk: api.LiveKitAPI, *numbers: str, **fields: Any) -> str:
    trunk = inbound(*numbers, **fields)
    return (await lk.sip.create_inbound_trunk(api.CreateSIPInboundTrunkRequest(trunk=trunk))).sip_trunk_id


async def add_outbound(lk: api.LiveKitAPI, *numbers: str, **fields: Any) -> str:
    trunk = outbound(*numbers, **fields)
    return (await lk.sip.create_outbound_trunk(api.CreateSIPOutboundTrunkRequest(trunk=trunk))).sip_trunk_id


async def add_rule(lk: api.LiveKitAPI, *trunk_ids: str, **fields: Any) -> str:
    request = api.CreateSIPDispatchRuleRequest(dispatch_rule=rule(*trunk_ids, **fields))
    return (await lk.sip.create_dispatch_rule(request)).sip_dispatch_rule_id


async def inbound_now(lk: api.LiveKitAPI, *ids: str) -> list[api.SIPInboundTrunkInfo]:
    return list((await lk.sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest(trunk_ids=ids))).items)


async def outbound_now(lk: api.LiveKitAPI, *ids: str) -> list[api.SIPOutboundTrunkInfo]:
    return list((await lk.sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest(trunk_ids=ids))).items)


async def rules_now(lk: api.LiveKitAPI, *ids: str) -> list[api.SIPDispatchRuleInfo]:
    return list((await lk.sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest(dispatch_rule_ids=ids))).items)
