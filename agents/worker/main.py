"""The worker's main process: registers with LiveKit, starts one session per call and reports its state to the API."""

import asyncio
import logging
import math
import os
import platform
import signal
import sys
from importlib.metadata import version

import psutil
from livekit.agents import AgentServer

from agents.names import AGENT_NAME
from agents.worker.api import Api, ApiFailed
from agents.worker.config import WORKER_ID, Config
from agents.worker.providers import speech
from agents.worker.session import entrypoint

logger = logging.getLogger("calls.agent")

BEAT = 10.0  # seconds between two reports of the worker
LIVEKIT_FULL = 0.7  # LiveKit assigns no call to a worker that reports more (agents.target_load)
DRAIN_SECONDS = 4 * 3600 + 60  # the longest call, with a margin
IDLE_SESSIONS = 2  # idle processes, so that no caller waits for a start


class Load:
    """CPU load of the machine over the last seconds, 0 to 1; sampled twice per second."""

    def __init__(self, limit: float) -> None:
        self.value, self._limit = 0.0, limit

    def __call__(self) -> float:
        """Return the load for LiveKit, scaled so that the limit is LiveKit's threshold."""
        self.value = 0.8 * self.value + 0.2 * psutil.cpu_percent() / 100
        told = self.value / self._limit * LIVEKIT_FULL
        return min(told, LIVEKIT_FULL - 0.01) if self._limit >= 1 else min(told, 1.0)


def main() -> None:
    """Run a worker until it is stopped; then finish the calls in progress."""
    config = Config.read()
    os.environ[WORKER_ID] = config.worker_id
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it logs each request
    if missing := [f"livekit-plugins-{name}" for name in speech.NAMES if name not in speech.installed()]:
        logger.info("Not installed, so agents with their speech cannot talk here: %s", ", ".join(missing))
    load = Load(config.load_limit)
    server = AgentServer(
        ws_url=config.url,
        api_key=config.key,
        api_secret=config.secret,
        load_fnc=load,
        load_threshold=math.inf if config.load_limit >= 1 else LIVEKIT_FULL,
        num_idle_processes=IDLE_SESSIONS,
        drain_timeout=DRAIN_SECONDS,
        port=config.health_port,
        host="127.0.0.1" if not config.health_port else "",
    )
    server.rtc_session(entrypoint, agent_name=AGENT_NAME)
    asyncio.run(_serve(server, config, load))


async def _serve(server: AgentServer, config: Config, load: Load) -> None:
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    server.on("worker_registered", lambda *_: logger.info("The worker %s is registered.", config.worker_id))
    running = asyncio.create_task(server.run())
    beating = asyncio.create_task(_beat(server, config, load))
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        logger.info("Stopping after %d calls in progress.", len(server.active_jobs))
        try:
            await server.drain()
        except TimeoutError:
            logger.warning("Calls are still in progress. They are ended now.")
        await server.aclose()
    beating.cancel()
    await running


async def _beat(server: AgentServer, config: Config, load: Load) -> None:
    """Report this worker's state to the API at intervals."""
    process = psutil.Process()
    async with Api(config) as api:
        while True:
            state = {
                "id": config.worker_id,
                "host": platform.node()[:255],
                "version": version("livekit-agents"),
                "sessions": len(server.active_jobs) if hasattr(server, "_proc_pool") else 0,
                "load": round(load.value, 3),
                "memoryBytes": _memory(process),
                "draining": server.draining,
                "speech": speech.installed(),
            }
            try:
                await api.report({"worker": state})
            except ApiFailed as error:
                logger.warning("The worker could not report its state: %s", error)
            await asyncio.sleep(BEAT)


def _memory(process: psutil.Process) -> int:
    """Return the memory of a process and its children in bytes; shared memory counts once if the system reports it."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            held = one.memory_full_info()
        except psutil.Error:
            continue
        total += getattr(held, "pss", held.rss)
    return total
