"""What the processes of a small production set-up take while nothing happens: memory, and time of the processor."""

import os
import time
from pathlib import Path

from django.db import connection

from tests.live.installation import Template
from tests.live.process import Missing
from tests.live.production import Production
from tests.live.servers import LiveKitServer, RedisServer
from tests.load.report import Line, say

WEB_WORKERS = 2
SETTLED, WATCHED = 15.0, 30.0  # seconds until the start is over, and of the measurement
MEMORY_TARGET, IDLE_TARGET = 900, 3.0  # MiB, and percent of a core, of all processes together


def tree(pid: int) -> list[int]:
    """Return a process and all that it started."""
    children = (path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return [pid, *(one for found in children for child in found for one in tree(int(child)))]


def pss(pid: int) -> float:
    """Return the MiB of a process; what several share counts a share for each."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(folder: Path, server: object) -> list[Line]:
    """Start the README's processes on PostgreSQL and Redis, and watch them idle."""
    if connection.vendor != "postgresql" or not isinstance(server, LiveKitServer):
        say("memory: skipped, it needs PostgreSQL and a LiveKit server")
        return []
    say(f"starting all processes, then watching them for {WATCHED:.0f} s ...")
    try:
        redis = RedisServer(folder)
    except Missing as missing:
        say(f"memory: skipped ({missing})")
        return []
    redis.start()
    place = folder / "production"
    place.mkdir()
    fewer = {"--workers 4": f"--workers {WEB_WORKERS}"}
    production = Production(place, Template(place, server), redis, fewer, LOG_LEVEL="INFO")
    try:
        production.start()
        time.sleep(SETTLED)
        return watched({name: tree(process.pid) for name, process in production.processes.items()})
    finally:
        production.stop()
        redis.stop()


def watched(trees: dict[str, list[int]]) -> list[Line]:
    """Measure the processes of each name."""
    before = {name: sum(map(processor_seconds, pids)) for name, pids in trees.items()}
    time.sleep(WATCHED)
    idle = {name: 100 * (sum(map(processor_seconds, pids)) - before[name]) / WATCHED for name, pids in trees.items()}
    memory = {name: sum(map(pss, pids)) for name, pids in trees.items()}
    shown = ", ".join(f"{name} {mib:.0f}" for name, mib in memory.items())
    busy = ", ".join(f"{name} {percent:.1f}" for name, percent in idle.items())
    ratio, part = sum(memory.values()) / MEMORY_TARGET, sum(idle.values()) / IDLE_TARGET
    return [
        Line("memory", ratio, "<= 1", ratio <= 1, f"{sum(memory.values()):.0f} MiB of {MEMORY_TARGET}: {shown}"),
        Line("idle processor", part, "<= 1", part <= 1, f"{sum(idle.values()):.1f} % of a core: {busy}"),
    ]
