"""The runner of `make run`, killed: what it started ends too."""

import os
import re
import signal
import sys
from pathlib import Path

from tests.live.process import Process, wait_until

SCRIPT = "from voxa.run import serve; serve({'sleeper': 'exec sleep 300'})"


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_nothing_outlives_a_killed_runner(tmp_path: Path) -> None:
    runner = Process([sys.executable, "-c", SCRIPT], tmp_path / "run.log")
    runner.start()
    started = re.compile(r"sleeper started \(pid=(\d+)\)")
    wait_until(lambda: started.search(runner.output()) is not None, "it starts", 60)
    match = started.search(runner.output())
    assert match
    sleeper = int(match[1])
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait(10)
    wait_until(lambda: not lives(sleeper), "it ends", 30)
