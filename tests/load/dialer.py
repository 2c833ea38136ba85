"""One dispatcher that dials over HTTP into a sink, with all outcomes written: dials a second, and due to dialed."""

import os
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from django.db import connection
from django.utils import timezone

from accounts.services.workspaces import create_workspace
from calls.choices import ENDED
from calls.dialer.wake import wake_dispatchers
from calls.models import Call
from telephony.models import LiveKitProject, TelephonySettings
from tests.calls.conftest import Line as WayOut
from tests.calls.conftest import make_line
from tests.calls.dispatchers import dispatcher
from tests.calls.sink import DialSink
from tests.live.process import Process, wait_until
from tests.load.report import Line, say

WARM, DIALS, PACED, PER_SECOND = 20, 150, 100, 50
RATE_TARGET, DELAY_TARGET = 100, 0.060


class Dialing:
    """A way out to the sink, and one dispatcher."""

    def __init__(self, sink: DialSink, process: Process) -> None:
        workspace = create_workspace("Dialing")
        project = LiveKitProject.objects.create(name="Sink", url=sink.url, api_key=sink.key, api_secret=sink.secret)
        TelephonySettings.of(workspace.pk)
        TelephonySettings.objects.filter(pk=workspace.pk).update(project=project)
        self.line: WayOut = make_line(workspace, number="+12025550111", calls_per_second=Decimal(999))
        self.sink, self.process, self.project = sink, process, project
        self.calls = Call.objects.filter(workspace=workspace)

    def queue(self, calls: int) -> list[Call]:
        """Insert calls that are not due yet."""
        line, now = self.line, timezone.now()
        shared = {"workspace": line.workspace, "project": self.project, "direction": "outbound", "queued_at": now}
        route = {"from_number": line.number.number, "number": line.number, "trunk": line.trunk, "agent": line.agent}
        start = self.calls.count()
        rows = [
            Call(**shared, **route, to_number=f"+1202556{start + place:04d}", due_at=now + timedelta(days=1))
            for place in range(calls)
        ]
        return Call.objects.bulk_create(rows)

    def make_due(self, calls: list[Call]) -> float:
        self.calls.filter(pk__in=[call.pk for call in calls]).update(due_at=timezone.now())
        wake_dispatchers()
        return time.monotonic()

    def wait(self) -> None:
        wait_until(lambda: not self.calls.exclude(status__in=ENDED).exists(), "all calls over", 120, every=0.1)

    def at_once(self, calls: int) -> tuple[float, float]:
        """Make all due at once; return wall and CPU seconds until every outcome is written."""
        queued, used = self.queue(calls), cpu_seconds(self.process.pid)
        start = self.make_due(queued)
        self.wait()
        return time.monotonic() - start, cpu_seconds(self.process.pid) - used

    def paced(self, calls: int) -> list[float]:
        """Make one due after the other; return the seconds from due to the arrival of each one's dial."""
        due, start = {}, time.monotonic()
        for place, call in enumerate(self.queue(calls)):
            time.sleep(max(0.0, start + place / PER_SECOND - time.monotonic()))
            due[f"call-{call.pk}-1"] = time.monotonic()
            self.make_due([call])
        self.wait()
        return sorted(at - due[room] for at, room in self.sink.dials if room in due)


def cpu_seconds(pid: int) -> float:
    """Return the processor time a process has used, in user and kernel mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(folder: Path, repeats: int) -> list[Line]:
    if connection.vendor != "postgresql":
        say("dialer: left out, it is measured on PostgreSQL")
        return []
    say(f"dialing {DIALS} calls a repeat, then {PER_SECOND} a second ...")
    sink, process = DialSink(), dispatcher(folder, "dispatcher", settings="tests.load.settings")
    dialing = Dialing(sink, process)
    process.start()
    try:
        dialing.at_once(WARM)
        runs = [dialing.at_once(DIALS) for _ in range(repeats)]
        delays = dialing.paced(PACED)
    finally:
        process.kill()
        sink.close()
    twice = sum(times - 1 for times in sink.rooms().values()) + not_once(dialing.calls.count(), sink)
    return [
        *rates(runs),
        delay(delays),
        Line("dialer, dials too many", twice, "0", twice == 0, f"{len(sink.dials)} dials"),
    ]


def not_once(calls: int, sink: DialSink) -> int:
    """Count the calls too many or too few among the rooms dialed: a declined call has one room."""
    return abs(len(sink.rooms()) - calls)


def rates(runs: list[tuple[float, float]]) -> list[Line]:
    """Return dials a second of one process, and of one whole core, against the target."""
    lines = []
    for name, place in (("process", 0), ("core", 1)):
        found = sorted(DIALS / run[place] for run in runs)
        middle = found[len(found) // 2]
        detail = f"{middle:.0f} dials a second ({found[0]:.0f} to {found[-1]:.0f}), of {RATE_TARGET}"
        lines.append(Line(f"dialer, per {name}", middle / RATE_TARGET, ">= 1", middle >= RATE_TARGET, detail))
    return lines


def delay(delays: list[float]) -> Line:
    p50, p95 = delays[len(delays) // 2], delays[int(len(delays) * 0.95)]
    detail = f"p50 {1000 * p50:.0f} p95 {1000 * p95:.0f} ms under {PER_SECOND} calls a second"
    return Line("dialer, due to dialed", p95 / DELAY_TARGET, "<= 1", p95 <= DELAY_TARGET, detail)
