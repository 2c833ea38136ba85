"""`manage.py check_telephony` beside the real LiveKit server."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from livekit import api

from tests.live.databases import CHECKOUT
from tests.live.installation import Installation
from tests.live.process import Process, wait_until
from tests.live.servers import LiveKitServer, SipBridge

pytestmark = pytest.mark.live
Examine = Callable[..., tuple[int, dict[str, str], str]]


@pytest.fixture(scope="module")
def running(new_installation: Callable[..., Installation], sipbridge_process: SipBridge) -> Iterator[Installation]:
    """Web, worker and beat as in a real installation beside a SIP service, and a trunk of acme that is in service."""
    found = new_installation(SIP_DOMAIN="sip.example.com")
    try:
        found.start()
        with found.api("acme") as acme:
            acme.call("POST", "/v1/agents", {"name": "Reception", "aiProvider": "pipeline"}, expect=201)
            trunk = acme.create_trunk({"ipOrDomain": "198.51.100.7", "outbound": False})
            acme.add_number(trunk["id"], "+15550199001")
            acme.wait_active(trunk["id"])
        yield found
    finally:
        found.stop()


@pytest.fixture
def dispatcher(running: Installation) -> Iterator[Process]:
    """A dispatcher of it."""
    process = running.process("dispatcher", "-u", "manage.py", "dispatch_calls")
    process.ready = lambda: "Dispatching calls" in process.output()
    process.start()
    yield process
    process.stop(seconds=5)


@pytest.fixture
def examine(running: Installation) -> Examine:
    """`examine(*options, **environment)` gives exit code, what was found by its code, and the text."""

    def ask(*options: str, **environment: str) -> tuple[int, dict[str, str], str]:
        words = [sys.executable, "manage.py", "check_telephony", *options]
        env = {**running.env, **environment}
        done = subprocess.run(words, env=env, cwd=CHECKOUT, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        read: Any = json.loads(done.stdout) if "json" in options else {"groups": []}
        found = {one["code"]: one["what"] for group in read["groups"] for one in group["findings"]}
        return done.returncode, found, done.stdout

    return ask


LIVEKIT = ("--only", "livekit", "--format", "json")


def report_as_worker(installation: Installation) -> None:
    """Be an agent worker that reports."""
    livekit, now = installation.livekit, int(time.time())
    claims = {"iss": livekit.key, "aud": "voxa-worker", "iat": now, "exp": now + 60}
    token = jwt.encode(claims, livekit.secret, "HS256")
    state = {"id": str(uuid4()), "host": "voice-1", "version": "1", "sessions": 0, "load": 0.1, "memoryBytes": 1}
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{installation.url}/internal/agent/report"
    httpx.post(url, json={"worker": {**state, "draining": False}}, headers=headers).raise_for_status()


def test_an_installation_that_is_well_until_its_dispatcher_stops(
    examine: Examine, running: Installation, dispatcher: Process
) -> None:
    report_as_worker(running)
    wait_until(lambda: (ended := examine())[0] == 0 and "No problems found." in ended[2], "all is well", 20, 0)
    dispatcher.stop(seconds=10)
    code, found, _ = examine("--only", "processes", "--format", "json")
    assert (code, list(found)) == (1, ["processes.dispatchers"])


def test_a_key_that_livekit_does_not_take(examine: Examine) -> None:
    code, found, text = examine(*LIVEKIT, LIVEKIT_API_SECRET="s3cret-" + "x" * 40)
    assert (code, list(found)) == (1, ["livekit.credentials"])
    assert "s3cret" not in text


def test_livekit_is_away(examine: Examine, livekit_server: LiveKitServer) -> None:
    livekit_server.stop()
    try:
        code, found, _ = examine(*LIVEKIT)
    finally:
        livekit_server.start()
    assert (code, list(found)) == (1, ["livekit.away"])
    assert livekit_server.url in found["livekit.away"]


def test_an_object_that_was_deleted_behind_our_back(
    examine: Examine, running: Installation, livekit_server: LiveKitServer
) -> None:
    (inbound,) = livekit_server.standing().inbound
    request = api.DeleteSIPTrunkRequest(sip_trunk_id=inbound.sip_trunk_id)
    livekit_server.ask(lambda lk: lk.sip.delete_trunk(request))
    code, found, _ = examine(*LIVEKIT)
    assert (code, list(found)) == (1, ["livekit.differs"])
    assert f"inbound trunk {inbound.sip_trunk_id} is gone from LiveKit" in found["livekit.differs"]
    assert examine(*LIVEKIT, "--workspace", "globex")[:2] == (0, {})
    running.manage("reconcile_livekit")
    assert examine(*LIVEKIT)[:2] == (0, {})


def test_a_database_that_is_away(examine: Examine) -> None:
    code, found, text = examine("--format", "json", DATABASE_URL="postgres://voxa:s3cret@127.0.0.1:9/voxa")
    assert (code, [one for one in found if one.startswith("database")]) == (1, ["database.away"])
    assert "127.0.0.1:9/voxa" in found["database.away"]
    assert "s3cret" not in text
