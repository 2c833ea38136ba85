"""`manage.py livekit_sandbox` as a person runs it."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from telephony.livekit import LiveKitClient, LiveKitError, trunks
from telephony.livekit.rooms import Dial, dial, participants
from tests.live.process import wait_until
from tests.telephony.livekit_client.conftest import OUTBOUND

SECRET = "a-secret-of-32-characters-or-more"
COMMAND = [sys.executable, str(Path(__file__).parents[3] / "manage.py"), "livekit_sandbox"]
PAIR = {"LIVEKIT_API_KEY": "devkey", "LIVEKIT_API_SECRET": SECRET}


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run the command until its banner stands; return it with the banner's lines."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *arguments], stdout=subprocess.PIPE, text=True, env={**os.environ, **PAIR}
    )
    assert process.stdout is not None
    try:
        yield process, [process.stdout.readline() for _ in range(5)]
    finally:
        process.kill()
        process.communicate()


def test_it_says_that_no_call_is_made_and_serves_until_interrupted() -> None:
    with running() as (process, banner):
        assert "This is a sandbox: no real calls are made" in "".join(banner)
        found = re.search(r"ws://127\.0\.0\.1:\d+", "".join(banner))
        assert found is not None
        trunk_id = LiveKitClient(found[0], "devkey", SECRET).run(trunks.create_outbound(OUTBOUND))
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=20)
        assert rest == f"sandbox: CreateSIPOutboundTrunk: ok {trunk_id}\n"
        assert process.returncode == 0


@pytest.fixture
def refusal(settings: Any) -> Callable[..., str]:
    """`refusal(*arguments)` gives what the command ends with: `manage.py` prints it and exits with 1."""
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = "devkey", SECRET

    def run(*arguments: str) -> str:
        with pytest.raises(CommandError) as caught:
            call_command("livekit_sandbox", *arguments)
        return str(caught.value)

    return run


def test_without_the_key_pair_it_says_what_to_set() -> None:
    done = subprocess.run(COMMAND, capture_output=True, text=True, env={**os.environ, **PAIR, "LIVEKIT_API_SECRET": ""})
    assert done.returncode == 1
    assert "Set LIVEKIT_API_KEY and LIVEKIT_API_SECRET" in done.stderr


def test_a_state_it_cannot_keep_is_named(refusal: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, and long enough to be seen as something else " * 40)
    for path in (tmp_path / "notes.txt", tmp_path / "missing" / "state"):
        assert f"Cannot write the state to {path}" in refusal("--port", "0", "--state", str(path))


@pytest.mark.parametrize("port", ["taken", "99999"])
def test_a_port_it_cannot_have_is_named(refusal: Callable[..., str], port: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        wanted = str(other.getsockname()[1]) if port == "taken" else port
        said = refusal("--port", wanted)
    assert f"Cannot listen on 127.0.0.1:{wanted}" in said
    assert "Try another --port" in said


def test_it_stops_at_once_while_a_phone_rings() -> None:
    with running("--ring", "100") as (process, banner):
        found = re.search(r"ws://127\.0\.0\.1:\d+", "".join(banner))
        assert found is not None
        client = LiveKitClient(found[0], "devkey", SECRET)
        asked = Dial(
            livekit_trunk_id=client.run(trunks.create_outbound(OUTBOUND)), to="+12025550100", caller_id="+12025550199",
            room="call", identity="phone", ringing_seconds=60, max_seconds=60,
        )  # fmt: skip
        with ThreadPoolExecutor() as threads:
            dialing = threads.submit(client.run, dial(asked))
            wait_until(lambda: client.run(participants("call")), "the phone rings")
            process.send_signal(signal.SIGTERM)
            rest, _ = process.communicate(timeout=20)
            assert isinstance(dialing.exception(20), LiveKitError)
        assert "participant_joined: call, phone" in rest
        assert "fault" not in rest


def test_events_go_to_a_url(refusal: Callable[..., str]) -> None:
    said = refusal("--port", "0", "--webhook", "localhost:8000/livekit/webhook")
    assert "--webhook must be an http or https URL" in said
