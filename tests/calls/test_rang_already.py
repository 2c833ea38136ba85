"""A phone that rang, or may have, is not made to ring again at once through another gateway."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from calls.dialer.attempts import LEASE
from calls.dialer.leg import Leg
from calls.dialer.outcomes import Next, outcome_of
from calls.dialer.rate_limits import LATENESS, MOST_LATE_TRIES
from telephony.livekit import DialRangOut, LiveKitClient, LiveKitError, SipRefused
from telephony.livekit.rooms import Dial


@pytest.mark.parametrize("code", [408, 500, 503, 504])
def test_the_next_gateway_is_tried_only_where_nothing_rang(code: int) -> None:
    failed = SipRefused(code, "")
    assert outcome_of(failed, rang=False).next == Next.NEXT_GATEWAY
    assert outcome_of(failed, rang=True).next == Next.LATER


@pytest.mark.parametrize("unanswered", [SipRefused(408, "Request Timeout"), DialRangOut("Nobody answered.")])
def test_a_third_party_who_may_have_let_it_ring_to_the_end_is_not_called_by_another_gateway(
    unanswered: LiveKitError,
) -> None:
    asked = Dial(
        livekit_trunk_id="ST_a", to="+12025550123", caller_id="+12025550100", room="call-1", identity="transfer",
        ringing_seconds=30, max_seconds=60,
    )  # fmt: skip

    async def turn(tries: int) -> datetime:
        return datetime.now(UTC)

    leg = Leg(LiveKitClient("ws://127.0.0.1:1", "key", "s" * 32), uuid4(), asked, turn)
    assert asyncio.run(leg.outcome(unanswered)).next == Next.LATER
    assert asyncio.run(leg.outcome(SipRefused(503, "Service Unavailable"))).next == Next.NEXT_GATEWAY


def test_no_dial_is_sent_after_its_claim_may_be_another_dispatchers() -> None:
    assert LATENESS * 4**MOST_LATE_TRIES < LEASE - LEASE / 3
