"""`make run` in a fresh copy: trunks become active, calls go out and come in, and stopping it leaves no process."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live.databases import CHECKOUT
from tests.live.fixtures import unavailable
from tests.live.installation import TRUNKS
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
    """Return the processes that run in this folder, with their command lines."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == folder:
                found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue  # ended, or another user's
    return found


def printed(process: Process, pattern: str) -> str | None:
    """Return what `make run` printed, None if it has not yet."""
    assert process.running, process.output()[-3000:]
    found = re.search(pattern, process.output(), re.M)
    return found[1] if found else None


def up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def provision(http: httpx.Client) -> None:
    """Create a trunk and see it become active, and that of the demo with it."""
    body = {"name": "Carrier", "gateways": [{"ipOrDomain": "198.51.100.7"}]}
    created = http.post(TRUNKS, json=body)
    assert created.status_code == 201, created.text

    def active() -> bool:
        return {trunk["status"] for trunk in http.get(TRUNKS).json()["results"]} == {"active"}

    wait_until(active, "the trunks are active", 90, 0.5)


def ended(http: httpx.Client, call_id: str) -> dict[str, Any]:
    """Wait until a call is over, and give it."""
    over = ("completed", "busy", "no_answer", "failed", "canceled")
    wait_until(lambda: http.get(f"/v1/calls/{call_id}").json()["status"] in over, "the call is over", 60, 0.2)
    call: dict[str, Any] = http.get(f"/v1/calls/{call_id}").json()
    return call


def call_out(http: httpx.Client, agent: str, number: str) -> None:
    """Place the README's call: it is answered, and the callee hangs up after five seconds."""
    asked = {"to": "+12025550205", "from": number, "agentId": agent}
    placed = http.post("/v1/calls", json=asked)
    assert placed.status_code == 201, placed.text
    assert placed.json()["status"] == "queued"
    call = ended(http, placed.json()["id"])
    assert call["status"] == "completed", call
    assert call["durationSeconds"] in (4, 5, 6)
    (attempt,) = call["attempts"]
    assert attempt["ringingAt"] < attempt["answeredAt"] < attempt["endedAt"]
    told = [event["type"] for event in http.get(f"/v1/calls/{call['id']}/events").json()["results"]]
    course = [line for line in told if line.startswith("call.")]
    assert course == ["call.queued", "call.dialing", "call.ringing", "call.in_progress", "call.completed"]
    assert "agent.joined" in told
    (turn,) = http.get(f"/v1/calls/{call['id']}/transcript").json()["transcript"]
    assert turn["text"] == "Hello, this is the demo agent."
    assert http.get("/v1/calls", params={"status": "completed"}).json()["results"][0]["id"] == call["id"]


def call_nobody(http: httpx.Client, agent: str, number: str) -> None:
    """Call a number that does not exist, and see why it failed."""
    placed = http.post("/v1/calls", json={"to": "+12025550404", "from": number, "agentId": agent})
    call = ended(http, placed.json()["id"])
    assert (call["status"], call["reason"], call["sipStatusCode"]) == ("failed", "not_found", 404)


def call_in(http: httpx.Client, copy: Path, env: dict[str, str], number: str) -> None:
    """Call the demo's number, and see the call come and go."""
    command = [sys.executable, "manage.py", "sandbox_call", "--from", "+12025550123", "--to", number, "--seconds", "2"]
    played = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, check=False)
    assert played.stdout.startswith("ACCEPT"), played.stderr

    def incoming() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = http.get("/v1/calls", params={"direction": "inbound"}).json()["results"]
        return found

    wait_until(incoming, "the call coming in is seen", 30, 0.2)
    call = ended(http, incoming()[0]["id"])
    assert (call["status"], call["from"], call["to"]) == ("completed", "+12025550123", number)


@pytest.mark.timeout(300)
def test_a_fresh_copy_runs_provisions_calls_and_stops(copy: Path, run: tuple[Process, int]) -> None:
    process, port = run
    wait_until(lambda: printed(process, r"^ +agent +(\S+)$"), "what is made first is printed", 120)
    key, agent, number = (printed(process, rf"^ +{name} +(\S+)$") for name in ("API key", "agent", "number"))
    assert agent is not None
    assert number is not None
    wait_until(lambda: up(port), "the web server answers", 60)
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as http:
        assert http.get("/admin/login/").status_code == 200
        provision(http)
        call_out(http, agent, number)
        call_nobody(http, agent, number)
        call_in(http, copy, dict(process.env or {}), number)
    assert "sandbox" in process.output().lower()
    # Ctrl-C reaches every process in front of the terminal.
    os.killpg(process.pid, signal.SIGINT)
    process.wait(30)
    wait_until(lambda: not processes_of(copy), f"no process is left: {processes_of(copy)}", 15)
    assert "Traceback" not in process.output(), process.output()[-5000:]
