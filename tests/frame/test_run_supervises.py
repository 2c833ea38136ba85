"""The runner of `make run` starts again what dies, says so, and still ends everything when it is asked to."""

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.frame.test_run_killed import lives
from tests.live.process import Process, wait_until

Run = Callable[[str], Process]
STARTED = re.compile(r"one started \(pid=(\d+)\)")


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made: list[Process] = []

    def make(command: str) -> Process:
        script = f"from voxa.run import serve; raise SystemExit(serve({{'one': {command!r}, 'two': 'exec sleep 300'}}))"
        made.append(Process([sys.executable, "-c", script], tmp_path / "run.log"))
        made[0].start()
        return made[0]

    yield make
    for process in made:
        process.kill()


def pids(runner: Process, count: int) -> list[int]:
    wait_until(lambda: len(STARTED.findall(runner.output())) >= count, f"started {count} times", 60)
    return [int(pid) for pid in STARTED.findall(runner.output())]


def test_a_process_that_dies_is_started_again_and_the_others_stay(run: Run) -> None:
    runner = run("exec sleep 300")
    wait_until(lambda: "two started" in runner.output(), "the other starts", 60)
    os.kill(pids(runner, 1)[0], signal.SIGKILL)
    second = pids(runner, 2)[1]
    assert lives(second)
    said = runner.output()
    assert "The process ended (rc=-9) and restarts in 1 s." in said
    assert said.count("two started") == 1
    assert runner.stop() == 0
    assert not lives(second)


def test_one_that_cannot_start_is_tried_again_ever_later(run: Run) -> None:
    runner = run("exit 3")
    pids(runner, 3)
    waits = re.findall(r"The process ended \(rc=3\) and restarts in (\d+) s", runner.output())
    assert waits[:2] == ["1", "2"]
    assert runner.stop() == 0  # also while none of it runs


def test_a_signal_reaches_what_was_started_again(run: Run) -> None:
    runner = run("trap 'echo told to end; exit 0' TERM; echo ready; while true; do sleep 0.1; done")
    os.kill(pids(runner, 1)[0], signal.SIGKILL)
    pids(runner, 2)
    wait_until(lambda: runner.output().count("ready") == 2, "ready again", 60)
    assert runner.stop() == 0
    assert "told to end" in runner.output()
