"""The table of how a dial ends in docs/calls.md, walked row by row on both stand-ins."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from livekit import api

from calls.dialer.outcomes import outcome_of
from telephony.livekit import LiveKitClient, LiveKitError, rooms
from tests.calls.ending_rows import BY_CODE, ROWS, EndingRow
from tests.contract.cases import add_outbound
from tests.live.servers import LiveKitEndpoint

names = (f"outcome-{number}" for number in itertools.count(1))
ENCRYPTED = api.SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE
TRUNKS: dict[str, dict[str, Any]] = {
    "over TCP": {"transport": api.SIPTransport.SIP_TRANSPORT_TCP},
    "over TLS": {"transport": api.SIPTransport.SIP_TRANSPORT_TLS},
    "with a wrong password": {"auth_username": "acme", "auth_password": "wrong"},
    "with encryption required": {"media_encryption": ENCRYPTED},
}
LABEL = re.compile(r"`([a-z-]+\d*)\.`(?: (.+))?")


def played() -> Iterator[Any]:
    """Yield each way that the table names to play a row: the row, the gateway or number, and whether it rings."""
    for row in ROWS:
        if row.codes:
            sample = [code for code in row.codes if BY_CODE[code] is row]
            for code in {sample[0], sample[-1], *(sample if " to " not in row.said else ())}:
                for label, rang in (("s", False), ("r", True)):
                    yield pytest.param(row, f"`{label}{code}.`", rang, id=f"{code}, rang: {rang}")
        elif row.quoted[1] and "`" in row.sandbox:
            for way in row.sandbox.split("; "):
                yield pytest.param(row, way, "0999" in way or "ringing" in way, id=way)


async def dial(lk: api.LiveKitAPI, server: LiveKitEndpoint, way: str) -> LiveKitError:
    """Dial as the table says, and return how it ended."""
    found = LABEL.match(way)
    address = f"{found[1]}.example.com" if found else "sip.example.com"
    trunk = await add_outbound(lk, "*", address=address, **TRUNKS.get(found[2] or "" if found else "", {}))
    asked = rooms.Dial(
        livekit_trunk_id=trunk, to="+15550100001" if found else "+15550100999", caller_id="+15550100000",
        room=next(names), identity="phone", ringing_seconds=3, max_seconds=60,
    )  # fmt: skip
    with pytest.raises(LiveKitError) as caught:
        await LiveKitClient(server.url, server.key, server.secret).arun(rooms.dial(asked))
    return caught.value


@pytest.fixture
def server(told_server: LiveKitEndpoint) -> LiveKitEndpoint:
    """A server whose silent gateways are given up after 2 s."""
    return told_server


@pytest.mark.parametrize(("row", "way", "rang"), list(played()))
async def test_a_dial_ends_as_the_table_says(
    lk: api.LiveKitAPI, server: LiveKitEndpoint, row: EndingRow, way: str, rang: bool
) -> None:
    row.check(outcome_of(await dial(lk, server, way), rang=rang), rang=rang)
