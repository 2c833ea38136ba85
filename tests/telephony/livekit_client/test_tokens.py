"""Tokens are short-lived, used for a minute, and made anew whenever that is safer."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import jwt
import pytest
import time_machine

from telephony.livekit import LiveKitClient, LiveKitError, Operation, rooms, trunks
from telephony.livekit.reused_tokens import TOKEN_LIFE
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


ROOM = rooms.create_room("r", agent_name="a", agent_metadata={}, empty_seconds=10)
DIAL = rooms.dial(
    rooms.Dial(
        livekit_trunk_id="ST_1", to="+1", caller_id="+1", room="r", identity="p", ringing_seconds=1, max_seconds=9
    )
)


@pytest.mark.parametrize(
    ("asked", "video", "sip"),
    [
        (ROOM, {"roomCreate": True}, None),
        (rooms.close_room("r"), {"roomCreate": True}, None),
        (DIAL, None, {"admin": False, "call": True}),
    ],
)
def test_a_call_is_dialed_with_reused_tokens_that_allow_one_thing_each(
    shaky: LiveKitClient, faulty: FaultyServer, asked: Operation[Any], video: object, sip: object
) -> None:
    for _ in range(2):
        with suppress(LiveKitError):
            shaky.run(asked)
    first, second = faulty.tokens[-2:]
    assert first == second
    claims = jwt.decode(first, SandboxServer.secret, algorithms=["HS256"])
    assert (claims.get("sip"), claims["exp"] - claims["nbf"]) == (sip, TOKEN_LIFE.total_seconds())
    given = {name: value for name, value in claims.get("video", {}).items() if value and not name.startswith("can")}
    assert given == (video or {})


@pytest.mark.parametrize(("seconds", "same"), [(0, True), (59, True), (60, False), (-1, False), (86_400, False)])
def test_a_token_is_used_for_a_minute_unless_the_clock_is_set_back(
    shaky: LiveKitClient, faulty: FaultyServer, clock: time_machine.Traveller, seconds: int, same: bool
) -> None:
    first = token_after(shaky, faulty)
    clock.move_to(NOON + seconds)
    assert (token_after(shaky, faulty) == first) is same
