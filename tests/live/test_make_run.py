"""`make run` in a fresh copy: it starts, a trunk becomes active, and stopping it leaves no process behind."""

import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.live.fixtures import unavailable
from tests.live.installation import CHECKOUT, TRUNKS
from tests.live.process import Process, free_port, wait_until

LEFT_OUT = (".git", ".venv", ".env", "var", "node_modules", "staticfiles", "__pycache__", ".*_cache", ".hypothesis")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The checkout as a clone has it, with this run's packages instead of a fresh installation of them."""
    if shutil.which("make") is None:
        unavailable("make is not installed")
    target = tmp_path / "voxa"
    shutil.copytree(CHECKOUT, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (target / ".venv").symlink_to(sys.prefix)
    return target


@pytest.fixture
def run(copy: Path) -> Iterator[tuple[Process, int]]:
    port = free_port()
    names = ("PATH", "HOME", "LANG", "TMPDIR")
    env = {name: os.environ[name] for name in names if name in os.environ} | {"PORT": str(port)}
    # An empty stamp: what `make` would install is there already.
    process = Process(["make", "run", "RUN_STAMP="], copy / "run.log", cwd=copy, env=env)
    process.start()
    yield process, port
    process.kill()
    for pid in processes_of(copy):
        os.kill(pid, signal.SIGKILL)


def processes_of(folder: Path) -> dict[int, str]:
    """Give the processes that run in this folder, with their command lines."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == folder:
                found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue  # ended, or another user's
    return found


@pytest.mark.timeout(240)
def test_a_fresh_copy_runs_provisions_and_stops(copy: Path, run: tuple[Process, int]) -> None:
    process, port = run

    def key() -> str | None:
        found = re.search(r"vx_live_\S+", process.output())
        assert process.running, process.output()[-3000:]
        return found[0] if found else None

    def up() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        except httpx.HTTPError:
            return False

    wait_until(key, "a key is printed", 120)
    wait_until(up, "the web server answers", 60)
    headers = {"Authorization": f"Bearer {key()}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as http:
        assert http.get("/admin/login/").status_code == 200
        body = {"name": "Carrier", "gateways": [{"ipOrDomain": "198.51.100.7"}]}
        created = http.post(TRUNKS, json=body)
        assert created.status_code == 201, created.text
        path = f"{TRUNKS}/{created.json()['id']}"
        wait_until(lambda: http.get(path).json()["status"] == "active", "the trunk is active", 90, 0.5)
    assert "sandbox" in process.output().lower()
    # Ctrl-C reaches every process in front of the terminal.
    os.killpg(process.pid, signal.SIGINT)
    process.wait(30)
    wait_until(lambda: not processes_of(copy), f"no process is left: {processes_of(copy)}", 15)
    assert "Traceback" not in process.output(), process.output()[-5000:]
