"""The real servers the tests run against: Redis, LiveKit and the stand-in for its SIP service.

Each is started on free ports of the loopback. `Missing` is raised where a program is not installed.
"""

import asyncio
import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import redis
from livekit import api

from tests.live.process import Missing, Process, answers, cache_dir, find_program, free_port

T = TypeVar("T")
BRIDGE_SOURCE = Path(__file__).parent / "sipbridge"


class RedisServer:
    """A Redis that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        argv = [find_program("redis-server", "VOXA_REDIS_SERVER"), "--port", str(self.port), "--bind", "127.0.0.1"]
        argv += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
        self.process = Process(argv, folder / f"redis-{self.port}.log", ready=lambda: answers(self.port))

    def start(self) -> None:
        self.process.start()

    def stop(self) -> None:
        self.process.stop()

    def flush(self) -> None:
        """Forget everything."""
        with redis.Redis(port=self.port) as client:
            client.flushall()


@dataclass(frozen=True)
class Standing:
    """What stands in LiveKit's SIP store now, everybody's."""

    inbound: list[api.SIPInboundTrunkInfo]
    outbound: list[api.SIPOutboundTrunkInfo]
    rules: list[api.SIPDispatchRuleInfo]

    def __len__(self) -> int:
        return len(self.inbound) + len(self.outbound) + len(self.rules)

    def of(self, name: str) -> "Standing":
        """Return only the objects of this name."""
        return Standing(
            [one for one in self.inbound if one.name == name],
            [one for one in self.outbound if one.name == name],
            [one for one in self.rules if one.name == name],
        )

    @property
    def ids(self) -> set[str]:
        """Return every object's id."""
        return {
            *(one.sip_trunk_id for one in self.inbound),
            *(one.sip_trunk_id for one in self.outbound),
            *(one.sip_dispatch_rule_id for one in self.rules),
        }


class LiveKitEndpoint:
    """Something that answers as LiveKit does, the real server or the sandbox: how to ask it."""

    key = "devkey"
    secret = "a-secret-of-32-characters-or-more-for-tests"
    url: str
    http_url: str

    def client(self) -> api.LiveKitAPI:
        """Return a client of the plain library; it needs a running loop, close it with `aclose`."""
        return api.LiveKitAPI(self.http_url, self.key, self.secret, failover=False)

    def ask(self, question: Callable[[api.LiveKitAPI], Awaitable[T]]) -> T:
        """Run one question with a client of its own, from a thread that runs no loop."""

        async def run() -> T:
            client = self.client()
            try:
                return await question(client)
            finally:
                await client.aclose()

        return asyncio.run(run())

    def standing(self) -> Standing:
        """List everything that stands in the SIP store."""

        async def question(lk: api.LiveKitAPI) -> Standing:
            return Standing(
                list((await lk.sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest())).items),
                list((await lk.sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest())).items),
                list((await lk.sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest())).items),
            )

        return self.ask(question)


class LiveKitServer(LiveKitEndpoint):
    """A real LiveKit server on its own Redis, which can be stopped, started and made to forget."""

    def __init__(self, folder: Path, bus: RedisServer, webhook_url: str = "") -> None:
        self.bus, self.redis_port, self.port = bus, bus.port, free_port()
        self.url, self.http_url = f"ws://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.port}"
        config: dict[str, Any] = {
            "port": self.port,
            "bind_addresses": ["127.0.0.1"],
            "rtc": {
                "tcp_port": free_port(),
                "udp_port": free_port(),
                "use_external_ip": False,
                "node_ip": "127.0.0.1",
            },
            "redis": {"address": f"127.0.0.1:{bus.port}"},
            "keys": {self.key: self.secret},
            "logging": {"level": "warn"},
        }
        if webhook_url:
            config["webhook"] = {"api_key": self.key, "urls": [webhook_url]}
        path = folder / f"livekit-{self.port}.yaml"
        path.write_text(json.dumps(config))  # JSON is YAML
        program = find_program("livekit-server", "VOXA_LIVEKIT_SERVER")
        self.process = Process([program, "--config", str(path)], path.with_suffix(".log"), ready=self.healthy)

    def healthy(self) -> bool:
        """Return whether the server answers."""
        try:
            return httpx.get(self.http_url, timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def start(self) -> None:
        """Start it, or start it again on the same port; no-op while it runs."""
        if not self.process.running:
            self.process.start()

    def stop(self) -> None:
        """Stop it at once (asked politely it waits for rooms to empty); what its Redis holds stays."""
        self.process.kill()

    def flush_redis(self) -> None:
        """Lose every trunk and rule, as when Redis is lost while the server runs."""
        self.bus.flush()


def build_sipbridge() -> str:
    """Build the stand-in for the SIP service into the cache, or where `VOXA_SIPBRIDGE` says; Go skips what is built."""
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin:/usr/lib/go/bin")
    if go is None:
        raise Missing("go is not installed, sipbridge cannot be built")
    target = Path(os.environ.get("VOXA_SIPBRIDGE") or cache_dir() / "sipbridge")
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / "sipbridge.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        build = [go, "build", "-trimpath", "-o", str(target), "."]
        done = subprocess.run(build, cwd=BRIDGE_SOURCE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"sipbridge does not build: {done.stderr[-500:]}")
    return str(target)


class SipBridge:
    """The stand-in for the SIP service: asks the server what it would do with an INVITE, and takes outbound calls."""

    def __init__(self, folder: Path, livekit: LiveKitServer, ring: str = "50ms", silence: str = "32s") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        argv = [build_sipbridge(), "-redis", f"127.0.0.1:{livekit.redis_port}", "-livekit", livekit.url]
        argv += ["-key", livekit.key, "-secret", livekit.secret, "-listen", f"127.0.0.1:{self.port}", "-ring", ring]
        argv += ["-silence", silence]
        self.process = Process(argv, folder / f"sipbridge-{self.port}.log", ready=lambda: answers(self.port))
        self.http = httpx.Client(base_url=self.url, timeout=15)

    def start(self) -> None:
        self.process.start()

    def stop(self) -> None:
        self.http.close()
        self.process.stop(seconds=2)

    def invite(
        self,
        from_: str,
        to: str,
        source_ip: str,
        host: str = "",
        *,
        join: bool = False,
        taken: bool = True,
        seconds: int = 0,
    ) -> dict[str, Any]:
        """Ask what an INVITE meets: `auth`, `dispatch` and `result` (ACCEPT or DROP), or `auth_error`.

        `host` is the From host, which a caller may forge. With `join` the caller enters the room, and is
        answered at once as by an agent that is ready; without `taken` it rings until somebody publishes audio.
        """
        body = {"From": from_, "To": to, "SourceIP": source_ip, "Host": host, "Join": join, "Seconds": seconds}
        body["Taken"] = taken
        answer: dict[str, Any] = self.http.post("/inbound", json=body).raise_for_status().json()
        return answer

    def calls(self) -> list[dict[str, Any]]:
        """List every leg, with its request, status and times."""
        legs: list[dict[str, Any]] = self.http.get("/calls").raise_for_status().json()
        return legs

    def hangup(self, call_id: str) -> None:
        """Hang up one call from the phone's side."""
        self.http.post(f"/calls/{call_id}/hangup").raise_for_status()

    def service(self, state: str) -> None:
        """Become a SIP service that is `on`, `draining`, `overloaded` or `off`; killed is this process stopped."""
        self.http.post(f"/sip/{state}").raise_for_status()

    def record(self, mode: str) -> None:
        """Be an egress service too from now on: `saves`, `refused`, `dies`, `deaf`; `off` as at the start."""
        self.http.post(f"/egress/{mode}").raise_for_status()

    def recordings(self, room: str) -> list[dict[str, Any]]:
        """List what was recorded of a room, with how many packets were heard of whom."""
        found: list[dict[str, Any]] = self.http.get("/egress").raise_for_status().json()
        return [one for one in found if one["room"] == room]

    def answer(self, call_id: str) -> None:
        """Pick up a call to a number ending 0300, whose phone somebody else plays in its room."""
        self.http.post(f"/calls/{call_id}/answer").raise_for_status()

    def clear(self) -> None:
        """End and forget all calls."""
        self.http.delete("/calls").raise_for_status()
