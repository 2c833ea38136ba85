"""The agent worker on two processors: what a call costs, and how many it carries before answers take twice as long.

First, one call at a time, whether it answers as fast with streaming recognition as without.

Callers ask again and again, models of this benchmark's own answer at once: what is measured is the worker alone.
"""

import asyncio
import itertools
import math
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from aiohttp import web

from tests.live.agent.caller import Caller, dispatch_of
from tests.live.agent.models import Models, Server
from tests.live.agent.streams import Streams
from tests.live.databases import CHECKOUT
from tests.live.process import Process
from tests.live.servers import LiveKitEndpoint, LiveKitServer
from tests.load.report import Line, say

PROCESSORS = 2
STEPS = (1, 2, 4, 6, 8, 10, 12, 16)
SECONDS = 15.0  # for which each number of calls is held
APART = 1.5  # seconds between two callers; a worker has to make a process for each
NO_WORSE = 1.05  # of half a second: the 20 ms by which sound is heard here
IDLE = 768 * 2**20  # bytes; half of it is what the library loads once for all calls
QUESTION = "Are you open today?"
rooms = itertools.count(1)


class QuickModels(Models):
    """Recognizes the question in whatever it hears."""

    async def _recognize(self, request: web.Request) -> web.Response:
        self.hears = [QUESTION]
        return await super()._recognize(request)


class QuickStreams(Streams):
    """Recognizes the question in each utterance, while it is spoken."""

    def next_text(self) -> str:
        return QUESTION


class ApiStandIn(Server):
    """Answers a worker as Voxa's API does, for any room. `streaming`: speech is recognized while it is spoken."""

    def __init__(self, models: Models, streams: Streams) -> None:
        self._models, self._streams, self.streaming = models, streams, False
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/internal/agent/session", self._session)
        app.router.add_post("/internal/agent/report", self._report)

    async def _report(self, request: web.Request) -> web.Response:
        return web.json_response({})

    async def _session(self, request: web.Request) -> web.Response:
        url, streams = self._models.url, self._streams
        provider: dict[str, Any] = {
            "kind": "pipeline", "key": "sk-bench", "agentId": "", "endpoint": "", "baseUrl": url, "sttUrl": url,
            "ttsUrl": url, "llmModel": "", "sttModel": "", "ttsModel": "", "guard": {"trusted": [url], "networks": []},
        }  # fmt: skip
        if self.streaming:
            provider["stt"] = {"provider": "deepgram", "key": streams.key, "url": streams.url}
            provider["guard"]["trusted"].append(streams.url)
        agent: dict[str, Any] = {
            "name": "Bench", "systemPrompt": "", "greeting": "Hello.", "voice": "", "language": "en",
            "voicemail": {"action": "", "message": ""}, "silence": {"seconds": 0, "prompt": "", "prompts": 0},
            "tools": [], "transfers": [], "sendsDigits": False,
        }  # fmt: skip
        call = {
            "id": "b",
            "direction": "inbound",
            "to": "",
            "from": "",
            "maxDurationSeconds": 600,
            "metadata": {},
            "variables": {},
        }
        told = {"call": call, "agent": agent, "provider": provider, "recording": {"announcement": ""}}
        return web.json_response(told)


def measure(livekit: LiveKitEndpoint, folder: Path, repeats: int) -> list[Line]:
    """Hold calls with and without streaming recognition; then more and more, until answers take twice as long."""
    if not isinstance(livekit, LiveKitServer):
        say("agents: left out, for they need the real LiveKit server")
        return []
    models, streams = QuickModels(), QuickStreams()
    api = ApiStandIn(models, streams)
    try:
        with _worker(livekit, api, folder) as worker:
            return asyncio.run(_measured(livekit, psutil.Process(worker.pid), api, repeats))
    finally:
        api.close()
        streams.close()
        models.close()


@contextmanager
def _worker(livekit: LiveKitServer, api: ApiStandIn, folder: Path) -> Iterator[Process]:
    """Run a worker on two processors."""
    env = {
        "LIVEKIT_URL": livekit.url, "LIVEKIT_API_KEY": livekit.key, "LIVEKIT_API_SECRET": livekit.secret,
        "API_PUBLIC_URL": api.url, "VOXA_AGENT_LOAD_LIMIT": "1", "PATH": os.environ["PATH"], "HOME": str(folder),
    }  # fmt: skip
    pinned = ["taskset", "-c", ",".join(str(one) for one in sorted(os.sched_getaffinity(0))[:PROCESSORS])]
    worker = Process([*pinned, sys.executable, "-m", "calls.agent"], folder / "agent.log", env=env, cwd=CHECKOUT)
    worker.ready = lambda: "is registered" in worker.output()
    worker.start()
    try:
        yield worker
    finally:
        worker.kill()


async def _measured(livekit: LiveKitServer, process: psutil.Process, api: ApiStandIn, repeats: int) -> list[Line]:
    await asyncio.sleep(3)  # until its spare processes stand
    idle = _memory(process)
    return [
        await _compared(livekit, process, api, repeats),
        *await _climb(livekit, process, idle),
        Line("memory of an idle worker / 768 MiB", idle / IDLE, "<= 1", idle <= IDLE, f"{idle / 2**20:.0f} MiB"),
    ]


async def _compared(livekit: LiveKitServer, process: psutil.Process, api: ApiStandIn, repeats: int) -> Line:
    """Hold one call at a time, with and without streaming recognition in turn; the first of each warms up."""
    latencies: dict[bool, list[float]] = {True: [], False: []}
    for repeat in range(repeats + 1):
        for api.streaming in (True, False) if repeat % 2 else (False, True):
            waits, share, _ = await _hold(livekit, process, 1)
            latency, how = statistics.median(waits[0] or [math.inf]), "streaming" if api.streaming else "without"
            say(f"agents: {how:9}, answers after {latency:.3f} s ({len(waits[0])}); {share:.0%} of a processor")
            if repeat:
                latencies[api.streaming].append(latency)
    api.streaming = False
    ratio = statistics.median(latencies[True]) / statistics.median(latencies[False])
    words = f"{_spread(latencies[True])} streaming, {_spread(latencies[False])} without; {repeats} calls each"
    name = "answers with streaming recognition / without"
    return Line(name, ratio, f"<= {NO_WORSE}", ratio <= NO_WORSE, words)


def _spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f})"


async def _climb(livekit: LiveKitServer, process: psutil.Process, idle: float) -> list[Line]:
    first = held = 0.0
    most = 0
    memory = cpu = 0.0
    for calls in STEPS:
        waits, share, used = await _hold(livekit, process, calls)
        latency = statistics.median(list(itertools.chain(*waits)) or [math.inf])
        memory, cpu = (used - idle) / calls / 2**20, share / calls
        say(f"agents: {calls:2} calls, answers after {latency:.2f} s; each {cpu:.0%} of a processor, {memory:.0f} MiB")
        if unanswered := sum(not mine for mine in waits):
            say(f"agents: {unanswered} of {calls} calls got no answer at all")
            break
        first = first or latency
        if latency > 2 * first:
            break
        most, held = calls, latency
    words = f"answers after {held:.2f} s with {most} calls on {PROCESSORS} processors, {first:.2f} s with one"
    per_core = most / PROCESSORS
    return [Line("calls of an agent worker at once, per core", per_core, ">= 2", per_core >= 2, words)]


async def _hold(livekit: LiveKitServer, process: psutil.Process, calls: int) -> tuple[list[list[float]], float, float]:
    """Hold so many calls for a while; return each call's seconds to its answers, the processors used, and the bytes."""
    waits: list[list[float]] = [[] for _ in range(calls)]
    asking = []
    for mine in waits:
        asking.append(asyncio.create_task(_ask(livekit, mine)))
        await asyncio.sleep(APART)
    await asyncio.sleep(APART)
    for mine in waits:
        mine.clear()
    used: list[float] = []
    begun, start = _cpu(process), time.monotonic()
    while time.monotonic() - start < SECONDS:
        await asyncio.sleep(1)
        used.append(_memory(process))
    share = (_cpu(process) - begun) / (time.monotonic() - start)
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    await asyncio.sleep(2)
    return waits, share, max(used)


async def _ask(livekit: LiveKitServer, waits: list[float]) -> None:
    """Call, and ask until hung up."""
    dispatch = dispatch_of(f"call-bench-{next(rooms)}", "sip_bench", {"sip.phoneNumber": "+12025550177"}, {})
    async with Caller(livekit, dispatch) as caller:
        while True:
            await caller.hears_the_end(seconds=SECONDS)
            said = await caller.say(QUESTION)
            waits.append(await caller.hears_something(after=said, seconds=SECONDS) - said)


def _tree(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _memory(process: psutil.Process) -> float:
    """Return the bytes that the worker holds, shared pages counted once."""
    total = 0
    for one in _tree(process):
        with suppress(psutil.Error):
            total += one.memory_full_info().pss
    return total


def _cpu(process: psutil.Process) -> float:
    """Return the seconds of processor time of the worker and the children it has and had."""
    total = 0.0
    for one in _tree(process):
        with suppress(psutil.Error):
            times = one.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total
