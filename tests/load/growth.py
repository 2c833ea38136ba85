"""Requests at more and more rows: ours should take as long among 100,000 trunks as among 1,000."""

import json
import statistics
from collections.abc import Callable
from itertools import count

from django.db import connection

from accounts.choices import Scope
from accounts.services.keys import create_api_key
from accounts.services.workspaces import create_workspace
from calls.models import Call
from telephony.models import Gateway, PhoneNumber, Trunk
from tests.calls.conftest import make_line
from tests.load.report import Line, say, seconds
from tests.load.requests import CALLS, NUMBERS, TRUNKS
from tests.load.voxa import Voxa

SIZES = (1_000, 10_000, 100_000)
REQUESTS = 40
TARGET = 1.3
turns = count(1)


class Crowd:
    """A workspace whose trunks, numbers and calls become more."""

    def __init__(self) -> None:
        self.workspace = create_workspace("Growth")
        self.phone = make_line(self.workspace, "+12025550188")
        self.voxa = Voxa(create_api_key(self.workspace, "benchmark", [Scope.WORKSPACE_ADMIN])[1])
        self.rows = 0

    def grow(self, rows: int) -> None:
        """Insert rows up to so many of each kind, past the services: only the requests are measured."""
        for start in range(self.rows, rows, 2000):
            places = range(start, min(start + 2000, rows))
            trunks = [Trunk(workspace=self.workspace, name=f"Trunk {place}", status="active") for place in places]
            Trunk.objects.bulk_create(trunks)
            Gateway.objects.bulk_create(
                Gateway(trunk=trunk, ip_or_domain="198.51.100.8", netmask=32) for trunk in trunks
            )
            PhoneNumber.objects.bulk_create(
                PhoneNumber(
                    workspace=self.workspace, trunk=trunk, project=self.phone.number.project, number=f"+49{place:09d}"
                )
                for place, trunk in zip(places, trunks, strict=True)
            )
            Call.objects.bulk_create(
                Call(
                    workspace=self.workspace,
                    project=self.phone.number.project,
                    direction="outbound",
                    status="completed",
                    to_number=f"+49{place:09d}",
                    trunk=trunk,
                )
                for place, trunk in zip(places, trunks, strict=True)
            )
        self.rows, self.trunk = rows, trunks[0]
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def requests(self) -> dict[str, Callable[[], object]]:
        """Return the requests by name."""
        ask, one = self.voxa, f"{TRUNKS}/{self.trunk.pk}"
        gateway = {"ipOrDomain": "198.51.100.7"}

        def post(path: str, make: Callable[[int], object]) -> Callable[[], object]:
            return lambda: ask.post(path, json.dumps(make(next(turns))))

        to, agent = self.phone.number.number, str(self.phone.agent.pk)
        return {
            "read": lambda: ask.get(one),
            "list trunks": lambda: ask.get(TRUNKS),
            "list numbers": lambda: ask.get(NUMBERS),
            "list calls": lambda: ask.get(CALLS),
            "create": post(TRUNKS, lambda turn: {"name": f"New {turn}", "gateways": [gateway]}),
            "add number": post(NUMBERS, lambda turn: {"number": f"+4420{turn:08d}", "trunkId": str(self.trunk.pk)}),
            "call": post(CALLS, lambda turn: {"to": f"+120255{turn:05d}", "from": to, "agentId": agent}),
        }


def measure(largest: int) -> list[Line]:
    """Time each request at each size; the ratio is that of the largest to the smallest."""
    sizes = [size for size in SIZES if size <= largest]
    crowd, found = Crowd(), dict[str, list[list[float]]]()
    for size in sizes:
        say(f"requests among {size:,} trunks, numbers and calls ...")
        crowd.grow(size)
        for name, ask in crowd.requests().items():
            ask()
            found.setdefault(name, []).append([seconds(ask) for _ in range(REQUESTS)])
    return [line(name, sizes, runs) for name, runs in found.items()]


def line(name: str, sizes: list[int], runs: list[list[float]]) -> Line:
    """Return a request's line; in words its medians, and the 5th and 95th percentile at the largest size."""
    middles = [statistics.median(run) for run in runs]
    last = sorted(runs[-1])
    ratio, least, most = (one / middles[0] for one in (middles[-1], last[REQUESTS // 20], last[-REQUESTS // 20]))
    shown = ", ".join(f"{1000 * middle:.1f} ms at {size:,}" for middle, size in zip(middles, sizes, strict=True))
    return Line(f"growth, {name}", ratio, f"<= {TARGET}", ratio <= TARGET, f"{least:.2f} to {most:.2f}, {shown}")
