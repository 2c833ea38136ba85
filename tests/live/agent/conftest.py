"""Voxa with a voice worker on a LiveKit that tells it what happens, a number to call, and models to talk with."""

import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.agent.speech_servers import serving
from tests.live.agent.caller import Caller, dispatch_of, until
from tests.live.agent.libraries import HearingAzure, SpeakingGoogle, speaking_google
from tests.live.agent.models import Models
from tests.live.agent.realtime import Realtime
from tests.live.agent.streams import Streams
from tests.live.databases import CHECKOUT
from tests.live.fixtures import made, unavailable
from tests.live.installation import Api, Installation, Template
from tests.live.process import Process, free_port, wait_until
from tests.live.servers import LiveKitServer, RedisServer, SipBridge
from tests.receiver import Receiver, receiver

GATEWAY, CALLER = "198.51.100.7", "+12025550177"
STORAGE = {
    "RECORDING_S3_BUCKET": "calls",
    "RECORDING_S3_ACCESS_KEY": "key",
    "RECORDING_S3_SECRET": "secret-of-the-storage",
    "RECORDING_S3_ENDPOINT": "http://127.0.0.1:9",
}
ALLOW = {"VOXA_OUTBOUND_ALLOW": "127.0.0.0/8,::1/128", "VOXA_OUTBOUND_ALLOW_HTTP": "1", **STORAGE}


@dataclass
class Stage:
    """Everything a call with an agent needs. Made once for all these tests."""

    installation: Installation
    livekit: LiveKitServer
    bridge: SipBridge
    api: Api
    hooks: Receiver
    streams: Streams
    azure: HearingAzure
    google: SpeakingGoogle
    workers: list[Process] = field(default_factory=list)

    def start_worker(self) -> Process:
        """Start one more agent worker, and wait until LiveKit knows it."""
        names = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "API_PUBLIC_URL")
        env = {name: self.installation.env[name] for name in names}
        env |= {"PATH": "/usr/bin:/bin", "HOME": str(self.installation.folder), "VOXA_AGENT_LOAD_LIMIT": "1"}
        log = self.installation.folder / f"agent-{free_port()}.log"
        worker = Process([sys.executable, "-m", "calls.agent"], log, env=env, cwd=CHECKOUT)
        worker.ready = lambda: "is registered" in worker.output()
        worker.start()
        self.workers.append(worker)
        return worker

    def logs(self) -> str:
        """Return all that any process has logged."""
        return "".join(log.read_text(errors="replace") for log in self.installation.folder.glob("**/*.log"))

    def agent(self, **fields: Any) -> str:
        """Make an agent over the API; return its id."""
        made: dict[str, Any] = self.api.call("POST", "/v1/agents", {"name": "Reception", **fields}, expect=201)
        return str(made["id"])

    def number_of(self, agent: str, number: str) -> str:
        """Make a number on a trunk of its own that an agent answers, as LiveKit has it; return the number."""
        trunk = self.api.create_trunk({"ipOrDomain": GATEWAY})
        added = {"number": number, "trunkId": trunk["id"], "agentId": agent}
        self.api.call("POST", "/v1/telephony/numbers", added, expect=201)
        self.api.wait_active(trunk["id"])
        return number

    def caller(self, number: str, status: str = "active") -> Caller:
        """Return a caller of a number, let in as the real server's answer to an INVITE says."""
        answer = self.bridge.invite(CALLER, number, GATEWAY)
        assert answer["result"] == "ACCEPT", answer
        return Caller(self.livekit, answer["dispatch"], status)

    @asynccontextmanager
    async def callee(self, agent: str, number: str, to: str = "+12025550300", **more: Any) -> AsyncIterator[Caller]:
        """Place an agent's call, and return the phone that was picked up. A dispatcher must run."""
        self.number_of(agent, number)
        placed = self.api.call("POST", "/v1/calls", {"to": to, "from": number, "agentId": agent, **more}, expect=201)
        room = f"call-{placed['id']}-1"
        await until(lambda: [leg for leg in self.bridge.calls() if leg["room"] == room], "the phone rings")
        leg = next(leg for leg in self.bridge.calls() if leg["room"] == room)
        attributes = {**leg["request"]["participant_attributes"], "sip.callID": leg["call_id"]}
        async with Caller(self.livekit, dispatch_of(room, leg["identity"], attributes), "ringing") as phone:
            # On a busy machine a worker needs a while to make a process for a call; the phone rings for longer.
            await until(lambda: phone.agent_is_ready, "the agent is there before the phone is picked up")
            await phone.answer()
            self.bridge.answer(leg["call_id"])
            yield phone

    def call_in(self, room: str) -> dict[str, Any]:
        """Return the call of a room, empty while there is none."""
        calls = self.api.call("GET", "/v1/calls?limit=200")["results"]
        return next((call for call in calls if call["roomName"] == room), {})

    def ended(self, room: str, seconds: float = 40) -> dict[str, Any]:
        """Wait until the call of a room is over, and give it."""
        over = ("completed", "failed", "no_answer")
        wait_until(lambda: self.call_in(room).get("status") in over, f"the call in {room} ends", seconds, 0.1)
        return self.call_in(room)

    def read(self, call: dict[str, Any]) -> dict[str, Any]:
        """Return what is told of a call's conversation so far."""
        read: dict[str, Any] = self.api.call("GET", f"/v1/calls/{call['id']}/transcript")
        return read

    def transcript(self, call: dict[str, Any]) -> dict[str, Any]:
        """Wait until the worker has said all, and give it."""
        wait_until(lambda: self.read(call)["finished"], "the worker's last report", every=0.1)
        return self.read(call)


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory, template: Template, redis_server: RedisServer) -> Iterator[Stage]:
    if shutil.which("espeak-ng") is None:
        unavailable("espeak-ng is not installed")
    folder, port, azure = tmp_path_factory.mktemp("agent"), free_port(), HearingAzure()
    with receiver() as hooks, speaking_google() as google, serving(azure):
        stage = _stage(folder, port, template, redis_server, azure, google)
        stage.hooks = hooks
        with stage.installation.api("acme") as stage.api:
            stage.api.call(
                "POST", "/v1/webhooks", {"url": hooks.url("/report"), "eventTypes": ["call.report"]}, expect=201
            )
            try:
                stage.start_worker()
                yield stage
            finally:
                for worker in stage.workers:
                    worker.kill()
                stage.installation.stop()
                stage.bridge.stop()
                stage.livekit.stop()
                stage.livekit.bus.stop()
                stage.streams.close()


def _stage(
    folder: Path, port: int, template: Template, broker: RedisServer, azure: HearingAzure, google: SpeakingGoogle
) -> Stage:
    bus = made(lambda: RedisServer(folder))
    livekit = made(lambda: LiveKitServer(folder, bus, f"http://127.0.0.1:{port}/livekit/webhook"))
    bridge = made(lambda: SipBridge(folder, livekit))
    bus.start()
    livekit.start()
    bridge.start()
    broker.flush()
    streams = Streams()
    addresses = {
        "deepgram": streams.url,
        "cartesia": streams.url,
        "azure_recognition": azure.url,
        "google": google.url,
    }
    by = {"PROVIDER_URLS": ",".join(f"{name}={url}" for name, url in addresses.items())}
    own = {"LIVEKIT_URL": livekit.url, "LIVEKIT_API_KEY": livekit.key, "LIVEKIT_API_SECRET": livekit.secret}
    installation = Installation(folder, template, broker, PORT=str(port), AGENT_WAIT_SECONDS="4", **own, **by, **ALLOW)
    installation.start()
    return Stage(installation, livekit, bridge, Api(installation, "acme", ""), Receiver(), streams, azure, google)


@pytest.fixture(scope="package")
def dispatcher(stage: Stage) -> Iterator[None]:
    """Calls are placed."""
    process = stage.installation.process("dispatcher", "manage.py", "dispatch_calls")
    process.start()
    yield
    process.stop()


@pytest.fixture(scope="package")
def models_server() -> Iterator[Models]:
    server = Models()
    yield server
    server.close()


@pytest.fixture
def models(models_server: Models) -> Models:
    """The models, with nothing told and nothing heard."""
    models_server.reset()
    return models_server


@pytest.fixture
def realtime() -> Iterator[Realtime]:
    server = Realtime()
    yield server
    server.close()


@pytest.fixture
def reception(stage: Stage, models: Models, number: str) -> Callable[..., str]:
    """`reception(**agent fields)` gives a number that an agent of the three models answers."""

    def make(**fields: Any) -> str:
        pipeline = {"aiProvider": "pipeline", "providerKey": models.key, "baseUrl": models.url}
        return stage.number_of(stage.agent(greeting="Acme, good morning!", **pipeline, **fields), number)

    return make
