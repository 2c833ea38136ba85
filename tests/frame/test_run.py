"""`make run` keeps what it made: secrets are printed once, files are private, one run in a clone at a time."""

import fcntl
import itertools
import os
import re
import shutil
import socket
import stat
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.live.process import Process, answers, free_port, wait_until

pytestmark = pytest.mark.timeout(400)
runs = itertools.count(1)
LEFT_OUT = (".*", "var", "staticfiles", "docs", "tests", "node_modules", "__pycache__")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The project's files as a fresh clone has them: no `.env`, no database."""
    folder = tmp_path / "voxa"
    shutil.copytree(settings.BASE_DIR, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return folder


def make_run(clone: Path, port: int, **variables: str) -> Process:
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    argv = [sys.executable, "-m", "voxa.run"]
    process = Process(argv, clone / f"{next(runs)}.log", cwd=clone, env={**env, "PORT": str(port), **variables})
    process.start()
    return process


def refusal(process: Process) -> str:
    """Wait until it has ended by itself; return its words."""
    wait_until(lambda: not process.running, "make run gives up", 60)
    assert "started (pid=" not in process.output()
    return process.output()


def test_a_second_run_keeps_the_secrets_to_itself(clone: Path) -> None:
    port = free_port()
    first = make_run(clone, port)
    wait_until(lambda: answers(port), "the first run listens", 120)
    shown = re.findall(r"^ +(?:password|API key) +(\S+)$", first.output(), re.M)
    first.stop()
    again = make_run(clone, port)
    wait_until(lambda: answers(port), "the second run listens", 120)
    again.stop()
    assert len(shown) == 2
    assert not any(secret in again.output() for secret in shown)
    assert "changepassword" in again.output()
    for private in (".env", "var/sandbox.env"):
        assert stat.S_IMODE((clone / private).stat().st_mode) == 0o600


def test_a_taken_port_is_told_before_anything_starts(clone: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        said = refusal(make_run(clone, other.getsockname()[1]))
    assert "is in use by another program" in said
    assert "make run PORT=" in said
    assert not (clone / "var/voxa.sqlite3").exists()


def test_a_second_run_beside_the_first_in_one_clone_is_refused(clone: Path) -> None:
    (clone / "var").mkdir()
    with (clone / "var/run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "already running in this folder" in refusal(make_run(clone, free_port()))
