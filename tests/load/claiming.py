"""Claiming due calls and marking them claimed, against a bare psycopg loop over the same table."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import psycopg
from django.db import connection
from django.utils import timezone

from accounts.services.workspaces import create_workspace
from calls.dialer import attempts
from calls.dialer.dispatcher import BATCH
from calls.dialer.queue import claim_due
from calls.dialer.rate_limits import SendWindow, limits_of
from calls.models import Attempt, Call, DialSlot
from calls.routing.policies import Refusal
from calls.routing.route import Hop, Route
from telephony.models import TelephonySettings, Trunk
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk
from tests.calls.policy_facts import permitted
from tests.load.report import Line, interleaved, say

CALLS = 2_000  # a repeat
DIALS = 200  # a repeat
TARGET = 0.5
CLAIM = """
SELECT id FROM calls_call WHERE status = 'queued' AND due_at <= %s ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
"""
MARK = "UPDATE calls_call SET lease_token = %s, leased_until = %s, due_at = %s, fence = fence + 1 WHERE id = ANY(%s)"


class Queue:
    """So many due calls of one trunk, which may all be dialed."""

    def __init__(self, calls: int) -> None:
        workspace = create_workspace("Claiming")
        fast = {"name": "Fast", "gateways": [{"ip_or_domain": "198.51.100.10"}], "calls_per_second": Decimal(999)}
        self.trunk: Trunk = create_trunk(workspace, fast)
        number, agent = add_number(self.trunk, "+442000000002"), create_agent(workspace, {"name": "Caller"})
        self.config = TelephonySettings.of(workspace.pk)
        self.route = Route((Hop("ST_bench"),), self.trunk, number)
        self.limits = limits_of(self.trunk, self.config)
        self.facts = permitted(timezone.now(), "+49301234567", "DE")
        now = timezone.now()
        rows = (
            Call(
                workspace=workspace, project=self.config.project, direction="outbound", to_number=f"+49{place:09d}",
                from_number=number.number, number=number, trunk=self.trunk, agent=agent, queued_at=now, due_at=now,
            )
            for place in range(calls)
        )  # fmt: skip
        self.rows = Call.objects.filter(workspace=workspace)
        Call.objects.bulk_create(rows)

    def refill(self) -> None:
        """Make all calls due again, on a table without the traces of the run before."""
        Attempt.objects.filter(call__in=self.rows).delete()
        DialSlot.objects.all().delete()
        self.rows.update(status="queued", due_at=timezone.now() - timedelta(seconds=1), attempts_made=0, fence=0)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE calls_call")

    def claim(self) -> None:
        """Claim and mark in batches, as a dispatcher does."""
        while claim_due(uuid4(), timezone.now(), BATCH):
            pass

    def bare(self) -> None:
        """Claim and mark in the same batches with nothing around it."""
        with psycopg.connect(**connection.get_connection_params()) as bare:
            while True:
                now = timezone.now()
                found = [row[0] for row in bare.execute(CLAIM, [now, BATCH])]
                if not found:
                    return
                until = now + attempts.LEASE
                bare.execute(MARK, [uuid4(), until, until, found])
                bare.commit()

    def dial(self) -> None:
        """Claim one batch after the other and write each dial as a dispatcher does, up to asking LiveKit."""
        left = DIALS
        while left > 0:
            found = claim_due(uuid4(), timezone.now(), min(BATCH, left))
            left -= len(found)
            for call in Call.objects.filter(pk__in=[pk for pk, _ in found]):
                begun = attempts.begin(call, self.route, self.route.hops[0], self.limits, timezone.now())
                assert not isinstance(begun, Refusal), begun
                assert isinstance(attempts.turn(call, begun[0], self.limits, 0, self.facts), SendWindow)


def measure(repeats: int) -> list[Line]:
    """Time ours and the bare loop in turn, each on a full queue; then what a dial costs with all that is written."""
    if connection.vendor != "postgresql":
        say("claiming: left out, it is measured on PostgreSQL")
        return []
    say(f"claiming {CALLS} due calls a repeat, {BATCH} at once ...")
    queue = Queue(CALLS)
    works = [queue.refill, queue.claim, queue.refill, queue.bare, queue.refill, queue.dial]
    _, claimed, _, floor, _, dialed = interleaved(repeats, *works)
    ratio = floor / claimed
    detail = f"{CALLS / claimed:.0f}/s, bare loop {CALLS / floor:.0f}/s"
    written = f"{DIALS / dialed:.0f}/s in one process, with slots, attempt, timeline and webhooks"
    return [
        Line("claim and mark, rate", ratio, f">= {TARGET}", ratio >= TARGET, detail),
        Line("dial on paper, to bare claim", (floor / CALLS) / (dialed / DIALS), "", True, written),
    ]
