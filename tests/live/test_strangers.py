"""One workspace's hosts never answer and its third parties ring for long: another workspace does not notice."""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from livekit import api as livekit_api

from tests.live.installation import Api, Template
from tests.live.process import wait_until
from tests.live.production import Production
from tests.live.servers import RedisServer

pytestmark = [pytest.mark.live, pytest.mark.soak, pytest.mark.postgres]
SOAK = os.environ.get("VOXA_SOAK") == "1"
ANALYSES, TRANSFERS, ROUNDS = (24, 40, 6) if SOAK else (6, 8, 2)
SMALLER = {} if SOAK else {"--workers 4 --threads 8": "--workers 2 --threads 4", "--concurrency 4": "--concurrency 2"}
# Seconds. The short form runs beside other tests; who waited for a stranger would wait for 30 at least.
HANG_UP, SYNC, HEALTH = (3.0, 5.0, 1.0) if SOAK else (10.0, 15.0, 10.0)
ALLOW = {"VOXA_OUTBOUND_ALLOW": "127.0.0.0/8", "VOXA_OUTBOUND_ALLOW_HTTP": "1"}
OVER = """
from django.utils import timezone
from calls.models import Call, TranscriptItem
from calls.analysis.analyze import ask_for_analysis
from telephony.models import Agent, LiveKitProject
agent, now = Agent.objects.get(pk="{agent}"), timezone.now()
for n in range({count}):
    call = Call.objects.create(
        workspace=agent.workspace, project=LiveKitProject.default(), direction="outbound", status="completed",
        to_number=f"+1202555{{2000 + n}}", agent=agent, answered_at=now, ended_at=now, duration_seconds=1,
    )
    TranscriptItem.objects.create(call=call, speaker="caller", text="Hello", started_at=now, ended_at=now)
    ask_for_analysis(call)
"""


class SilentHost:
    """Accepts every connection, and never says anything."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self.held: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                self.held.append(self._listener.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        self._listener.close()
        for each in self.held:
            each.close()


class Health:
    """Asks `/healthz` all the time, over a new connection each time; `worst` is the longest that it took."""

    def __init__(self, url: str) -> None:
        self.worst, self.asked = 0.0, 0
        self._url, self._over = f"{url}/healthz", threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> "Health":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.wait(0.1):
            began = time.monotonic()
            try:
                good = httpx.get(self._url, timeout=30).status_code == 200
            except httpx.HTTPError:
                good = False
            self.worst = max(self.worst, time.monotonic() - began if good else 30.0)
            self.asked += 1


@pytest.fixture
def silent() -> Iterator[SilentHost]:
    with closing(SilentHost()) as host:
        yield host


@pytest.fixture
def production(tmp_path: Path, template: Template, redis_server: RedisServer) -> Iterator[Production]:
    redis_server.flush()
    installation = Production(tmp_path, template, redis_server, SMALLER, **ALLOW)
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


def calls_under_way(api: Api, number: str, count: int, **agent: Any) -> tuple[str, list[str]]:
    """Place calls that are answered and stay; return the agent's id and theirs."""
    trunk = api.create_trunk(callsPerSecond=100)
    api.add_number(trunk["id"], number)
    api.wait_active(trunk["id"], 60)
    agent_id = api.call("POST", "/v1/agents", {"name": "Ann", **agent}, expect=201)["id"]
    wanted = [{"to": f"+1202555{1000 + n}", "from": number, "agentId": agent_id} for n in range(count)]
    for body in wanted:
        api.call("POST", "/v1/calls", body, expect=201)

    def talking() -> list[str]:
        page = api.call("GET", "/v1/calls?status=in_progress&limit=100")
        return [call["id"] for call in page["results"]]

    wait_until(lambda: len(talking()) == count, f"{count} calls are answered", 120, 0.5)
    return agent_id, talking()


def ask_for_transfers(api: Api, call_ids: list[str]) -> Callable[[], list[str]]:
    """Ask for all transfers at once, without waiting for the answers; return how to wait for them."""
    pool = ThreadPoolExecutor(len(call_ids))

    def ask(n: int, call_id: str) -> str:
        body = {"to": f"+1202{600 + n}0999", "mode": "warm"}  # rings until it is given up
        answer: dict[str, Any] = api.call("POST", f"/v1/calls/{call_id}/transfer", body, expect=202)
        return str(answer["id"])

    asked = [pool.submit(ask, n, call_id) for n, call_id in enumerate(call_ids)]
    return lambda: [each.result() for each in asked]


def ringing(api: Api, call_ids: list[str]) -> int:
    states = [api.call("GET", f"/v1/calls/{call_id}/transfer")["status"] for call_id in call_ids]
    return states.count("under_way")


def seconds_to_hang_up(api: Api, call_id: str) -> float:
    """Return how long it takes until the room is closed and the call is over."""

    async def room_of(lk: livekit_api.LiveKitAPI) -> bool:
        rooms = (await lk.room.list_rooms(livekit_api.ListRoomsRequest())).rooms
        return any(call_id in room.name for room in rooms)

    assert api.livekit.ask(room_of)
    began = time.monotonic()
    api.call("POST", f"/v1/calls/{call_id}/hangup", expect=202)
    wait_until(lambda: not api.livekit.ask(room_of), "its room is closed", 200)
    over = ("completed", "failed", "canceled")
    wait_until(lambda: api.call("GET", f"/v1/calls/{call_id}")["status"] in over, "the call is over", 200)
    return time.monotonic() - began


def seconds_to_sync(api: Api) -> float:
    began = time.monotonic()
    api.wait_active(api.create_trunk()["id"], 200)
    return time.monotonic() - began


@pytest.mark.timeout(600)
def test_a_workspace_does_not_wait_for_strangers(production: Production, silent: SilentHost) -> None:
    analyst = {"aiProvider": "pipeline", "baseUrl": silent.url, "providerKey": "sk", "analyzesCalls": True}
    with production.api("acme") as stranger, production.api("globex") as other:
        stranger.http.timeout = other.http.timeout = httpx.Timeout(200)
        agent_id, handed_over = calls_under_way(stranger, "+12025550100", TRANSFERS, **analyst)
        _, own = calls_under_way(other, "+12025550101", ROUNDS)
        production.manage("shell", "-v0", "-c", OVER.format(agent=agent_id, count=ANALYSES))
        wait_until(lambda: silent.held, "analyses wait", 60)
        with Health(production.url) as health:
            asked = ask_for_transfers(stranger, handed_over)
            measured = [(seconds_to_hang_up(other, call_id), seconds_to_sync(other)) for call_id in own]
            rang, waited = ringing(stranger, handed_over), len(silent.held)
            asked()
    hang_up, sync = (max(figures) for figures in zip(*measured, strict=True))
    sys.stdout.write(
        f"\n{ANALYSES} analyses without an answer ({waited} asked), {TRANSFERS} transfers at once ({rang} still ring):"
        f"\n  a hang-up took effect within {hang_up:.2f} s (limit {HANG_UP:g} s)"
        f"\n  another workspace's trunk was active within {sync:.2f} s (limit {SYNC:g} s)"
        f"\n  /healthz answered within {health.worst:.3f} s, asked {health.asked} times (limit {HEALTH:g} s)\n"
    )
    assert rang > 0
    assert hang_up <= HANG_UP
    assert sync <= SYNC
    assert health.worst <= HEALTH
