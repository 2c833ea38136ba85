"""Reconcile of many trunks that match LiveKit, against bare lists of the same objects."""

import asyncio
import time

from django.db import connection
from livekit import api

from telephony.models import LiveKitProject
from telephony.sync.reconcile import reconcile
from tests.live.servers import LiveKitEndpoint
from tests.load.provisioning import OBJECTS, Ours, empty
from tests.load.replay import Recorder
from tests.load.report import Line, interleaved, say

TARGET = 8.0


async def bare_lists(server: LiveKitEndpoint) -> int:
    """List each kind once; return how many objects there are."""
    client = server.client()
    inbound = await client.sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest())
    outbound = await client.sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest())
    rules = await client.sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest())
    await client.aclose()
    return len(inbound.items) + len(outbound.items) + len(rules.items)


def measure(server: LiveKitEndpoint, trunks: int, repeats: int) -> list[Line]:
    """Time both in turn, and count what a reconcile that finds nothing writes."""
    say(f"reconciling {trunks} trunks ...")
    asyncio.run(empty(server))
    ours = Ours(trunks)
    ours.forget()
    ours.sync()
    recorder, start = Recorder(), time.perf_counter()
    with connection.execute_wrapper(recorder):
        report = reconcile(LiveKitProject.default())
    first = time.perf_counter() - start  # it compares everything
    assert (report.error, report.findings) == ("", []), report
    kept = f'UPDATE "{LiveKitProject._meta.db_table}"'  # the result of the lint
    changes = [sql for sql, _ in recorder.statements if sql.split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    written = sum(not sql.startswith(kept) for sql in changes)
    found = asyncio.run(bare_lists(server))
    assert found == OBJECTS * trunks, f"{found} objects in LiveKit"
    mine, floor = interleaved(
        repeats, lambda: reconcile(LiveKitProject.default()), lambda: asyncio.run(bare_lists(server))
    )
    asyncio.run(empty(server))
    detail = f"{mine:.2f} s, the first {first:.2f} s in {len(recorder.statements)} statements, bare lists {floor:.2f} s"
    return [
        Line(f"reconcile, {trunks} trunks", mine / floor, f"<= {TARGET}", mine / floor <= TARGET, detail),
        Line("reconcile, rows written", written, "0", written == 0, f"{found} objects in LiveKit"),
    ]
