"""Short ways to say what a case is about."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from livekit import api

T = TypeVar("T")


@contextmanager
def answers(code: str, message: str = "", *, status: int = 0) -> Iterator[pytest.ExceptionInfo[api.ServerError]]:
    """Expect LiveKit's error: its code, and where given its whole message and HTTP status."""
    with pytest.raises(api.ServerError) as caught:
        yield caught
    assert caught.value.code == code, caught.value
    assert message in ("", caught.value.message)
    assert status in (0, caught.value.status)


def inbound(*numbers: str, **fields: Any) -> api.SIPInboundTrunkInfo:
    return api.SIPInboundTrunkInfo(**{"name": "in", "numbers": numbers, **fields})


def outbound(*numbers: str, **fields: Any) -> api.SIPOutboundTrunkInfo:
    return api.SIPOutboundTrunkInfo(**{"name": "out", "address": "sip.example.com", "numbers": numbers, **fields})


def rule(*trunk_ids: str, **fields: Any) -> api.SIPDispatchRuleInfo:
    return api.SIPDispatchRuleInfo(**{"name": "rule", "trunk_ids": trunk_ids, "rule": individual(), **fields})


def individual(**fields: Any) -> api.SIPDispatchRule:
    """Return a room of its own to each call."""
    kind = api.SIPDispatchRuleIndividual(room_prefix="call-", **fields)
    return api.SIPDispatchRule(dispatch_rule_individual=kind)


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


async def dial_request(
    lk: api.LiveKitAPI,
    number: str,
    *,
    address: str = "sip.example.com",
    trunk: Mapping[str, Any] | None = None,
    **fields: Any,
) -> api.CreateSIPParticipantRequest:
    """Return a dial through a new trunk to this gateway, which waits for the answer."""
    given = {
        "sip_trunk_id": await add_outbound(lk, "*", address=address, **(trunk or {})),
        "sip_call_to": number,
        "sip_number": "+15550100000",
        "room_name": "call",
        "participant_identity": "phone",
        "wait_until_answered": True,
    }
    return api.CreateSIPParticipantRequest(**{**given, **fields})


async def rooms_now(lk: api.LiveKitAPI, *names: str) -> set[str]:
    return {room.name for room in (await lk.room.list_rooms(api.ListRoomsRequest(names=names))).rooms}


async def participants_now(lk: api.LiveKitAPI, room: str) -> list[api.ParticipantInfo]:
    return list((await lk.room.list_participants(api.ListParticipantsRequest(room=room))).participants)


async def talking_phone(lk: api.LiveKitAPI, room: str) -> api.ParticipantInfo:
    """Return the only one in a room, once it is answered: its attribute follows the dial's answer, a moment later."""

    def talks(people: list[api.ParticipantInfo]) -> bool:
        return [one.attributes.get("sip.callStatus") for one in people] == ["active"]

    await wait_for(lambda: participants_now(lk, room), talks)
    (phone,) = await participants_now(lk, room)
    return phone


async def wait_for(question: Callable[[], Awaitable[T]], done: Callable[[T], bool], seconds: float = 10) -> None:
    """Ask until the answer is as expected; fails with the last answer."""
    last: list[T] = []
    try:
        async with asyncio.timeout(seconds):
            while not last or not done(last[0]):
                last[:] = [await question()]
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"not within {seconds:g} s; at the end it was {last}")
