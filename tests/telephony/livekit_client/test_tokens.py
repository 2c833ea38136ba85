"""Tokens are short-lived, used for a minute, and made anew whenever that is safer."""

from collections.abc import Iterator

import jwt
import pytest
import time_machine

from telephony.livekit import LiveKitClient, trunks
from telephony.livekit.sip_admin import TOKEN_LIFE
from tests.faults import FaultyServer
from tests.sandbox import SandboxServer

NOON = 1_900_000_000.0


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def token_after(shaky: LiveKitClient, faulty: FaultyServer) -> str:
    shaky.run(trunks.list_rules())
    return faulty.tokens[-1]


def test_a_token_allows_sip_alone_and_ends_soon(shaky: LiveKitClient, faulty: FaultyServer) -> None:
    claims = jwt.decode(token_after(shaky, faulty), SandboxServer.secret, algorithms=["HS256"])
    assert claims["sip"] == {"admin": True, "call": False}
    assert "video" not in claims
    assert claims["exp"] - claims["nbf"] == TOKEN_LIFE.total_seconds()


@pytest.mark.parametrize(("seconds", "same"), [(0, True), (59, True), (60, False), (-1, False), (86_400, False)])
def test_a_token_is_used_for_a_minute_unless_the_clock_is_set_back(
    shaky: LiveKitClient, faulty: FaultyServer, clock: time_machine.Traveller, seconds: int, same: bool
) -> None:
    first = token_after(shaky, faulty)
    clock.move_to(NOON + seconds)
    assert (token_after(shaky, faulty) == first) is same
