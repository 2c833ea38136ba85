"""A phone that rang, or may have, is not made to ring again at once through another gateway."""

import pytest

from calls.outcomes import Next, outcome_of
from calls.pacing import LATENESS, MOST_LATE_TRIES
from calls.services.attempts import LEASE
from calls.services.transfer import _may_have_rung
from telephony.livekit_client import SipRefused


@pytest.mark.parametrize("code", [408, 500, 503, 504])
def test_the_next_gateway_is_tried_only_where_nothing_rang(code: int) -> None:
    failed = SipRefused(code, "")
    assert outcome_of(failed, rang=False).next == Next.NEXT_GATEWAY
    assert outcome_of(failed, rang=True).next == Next.LATER


def test_a_third_party_who_let_it_ring_to_the_end_is_not_called_by_another_gateway() -> None:
    unanswered = SipRefused(408, "Request Timeout")
    assert outcome_of(unanswered, rang=_may_have_rung(unanswered)).next == Next.LATER
    broken = SipRefused(503, "Service Unavailable")
    assert outcome_of(broken, rang=_may_have_rung(broken)).next == Next.NEXT_GATEWAY


def test_no_dial_is_sent_after_its_claim_may_be_another_dispatchers() -> None:
    assert LATENESS * 4**MOST_LATE_TRIES < LEASE - LEASE / 3
