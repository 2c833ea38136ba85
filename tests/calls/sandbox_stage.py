"""Acme on a sandbox that tells Voxa of its calls, and whose agents ask Voxa what to do: `make run` in one process."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.signals import request_finished, request_started
from pytest_django.live_server_helper import LiveServer

from accounts.models import Workspace
from calls.choices import ENDED, CallStatus
from calls.livekit.room_monitor import watch
from calls.models import Call, Event
from telephony.livekit import LiveKitError
from telephony.models import Agent, LiveKitProject, PhoneNumber
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk
from tests.contract.phones import SandboxPhones
from tests.live.process import wait_until
from tests.sandbox import SandboxServer

CALLER, NUMBER, GATEWAY = "+12025550123", "+12025550100", "192.0.2.10"


@dataclass
class SandboxStage:
    """A number of acme that an agent answers, on a sandbox."""

    sandbox: SandboxServer
    project: LiveKitProject
    number: PhoneNumber
    agent: Agent

    def call_in(self, seconds: int = 0) -> str:
        """Call the number; return the room. The caller stays until the call is ended, or for `seconds`."""
        answer = SandboxPhones(self.sandbox).invite(CALLER, self.number.number, GATEWAY, seconds=seconds)
        assert answer.result == "ACCEPT", answer
        return answer.room

    def call_of(self, room: str) -> Call | None:
        return Call.objects.filter(room_name=room).first()

    def ended(self, room: str, seconds: float = 20) -> Call:
        """Wait until the call of a room is over, looking into the rooms of ringing callers as beat does; return it."""

        def over() -> bool:
            calls = Call.objects.filter(room_name=room)
            if calls.filter(status=CallStatus.RINGING).exists():
                with contextlib.suppress(LiveKitError):
                    watch(self.project)
            return calls.filter(status__in=ENDED).exists()

        self.wait(over, f"the call in {room} is over", seconds)
        return Call.objects.get(room_name=room)

    def wait(self, true: Callable[[], object], what: str, seconds: float = 20) -> None:
        until = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < until, f"{what}: {self.sandbox.lines[-30:]}"
            time.sleep(0.1)

    def told(self, call: Call, kind: str) -> list[dict[str, Any]]:
        """Return the data of a call's events of a type, in order."""
        return list(Event.objects.filter(call=call, type=kind).order_by("pk").values_list("data", flat=True))


@contextlib.contextmanager
def sandbox_stage(workspace: Workspace, server: LiveServer, settings: Any) -> Iterator[SandboxStage]:
    """Run a sandbox as the LiveKit of the settings, with a number of the workspace on it."""
    sandbox = SandboxServer(webhook=f"{server.url}/livekit/webhook", api=server.url)
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = (
        sandbox.url, sandbox.key, sandbox.secret
    )  # fmt: skip
    sandbox.start()
    with _requests() as under_way:
        try:
            trunk = create_trunk(workspace, {"name": "Carrier", "gateways": [{"ip_or_domain": GATEWAY}]})
            agent = create_agent(workspace, {"name": "Reception", "greeting": "Acme, good {{daytime|day}}!"})
            number = add_number(trunk, NUMBER, agent=agent)
            trunk.refresh_from_db()
            assert trunk.status == "active", trunk.last_error
            yield SandboxStage(sandbox, LiveKitProject.default(), number, agent)
        finally:
            sandbox.stop()
            wait_until(lambda: not under_way, "the server has answered the sandbox")  # before the database is emptied


@contextlib.contextmanager
def _requests() -> Iterator[set[int]]:
    """Return the threads that answer a request now."""
    threads = set[int]()

    def began(**_: Any) -> None:
        threads.add(threading.get_ident())

    def over(**_: Any) -> None:
        threads.discard(threading.get_ident())

    request_started.connect(began)
    request_finished.connect(over)
    try:
        yield threads
    finally:
        request_started.disconnect(began)
        request_finished.disconnect(over)
