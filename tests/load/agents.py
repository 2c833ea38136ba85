"""The agent worker on two processors: what a call costs, and how many it carries before answers take twice as long.

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


def measure(livekit: LiveKitEndpoint, folder: Path) -> list[Line]:
    """Hold one call with streaming recognition; then more and more without, until answers take twice as long."""
    if not isinstance(livekit, LiveKitServer):
        say("agents: left out, for they need the real LiveKit server")
        return []
    models, streams = QuickModels(), QuickStreams()
    api = ApiStandIn(models, streams)
    try:
        with _worker(livekit, api, folder) as worker:
            return asyncio.run(_climb(livekit, psutil.Process(worker.pid), api))
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


async def _climb(livekit: LiveKitServer, process: psutil.Process, api: ApiStandIn) -> list[Line]:
    await asyncio.sleep(3)  # until its spare processes stand
    idle = _memory(process)
    streamed = await _streamed(livekit, process, api)
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
    ratio, both = streamed / first if first else math.inf, f"{streamed:.2f} s streaming, {first:.2f} s without"
    return [
        Line("answers with streaming recognition / without", ratio, "<= 1.1", ratio <= 1.1, both),
        Line("calls of an agent worker at once / 4", most / 4, ">= 1", most >= 4, words),
        Line("memory of an idle worker / 768 MiB", idle / IDLE, "<= 1", idle <= IDLE, f"{idle / 2**20:.0f} MiB"),
    ]


async def _streamed(livekit: LiveKitServer, process: psutil.Process, api: ApiStandIn) -> float:
    """Return the seconds to an answer of one call whose speech is recognized while it is spoken."""
    api.streaming = True
    waits, share, _ = await _hold(livekit, process, 1)
    api.streaming = False
    latency = statistics.median(waits[0] or [math.inf])
    say(f"agents:  1 call with streaming recognition, answers after {latency:.2f} s; {share:.0%} of a processor")
    return latency


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
