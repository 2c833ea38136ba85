"""`manage.py sandbox_call`."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from livekit import api

from tests.contract.cases import add_inbound, add_rule, participants_now
from tests.live.servers import LiveKitServer
from tests.sandbox import SandboxServer

CALLER, CALLED = "+12025550123", "+12025550100"


def play(**options: Any) -> str:
    out = io.StringIO()
    call_command("sandbox_call", caller=CALLER, called=CALLED, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def configured(settings: Any, sandbox: SandboxServer) -> SandboxServer:
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = (
        sandbox.url,
        sandbox.key,
        sandbox.secret,
    )
    return sandbox


@pytest.fixture
def line(configured: SandboxServer) -> SandboxServer:
    """A sandbox with a trunk that has the number called, and its rule."""

    async def make(lk: api.LiveKitAPI) -> None:
        agents = api.RoomConfiguration(agents=[api.RoomAgentDispatch(agent_name="voxa-agent")])
        trunk = await add_inbound(
            lk, CALLED, allowed_addresses=["198.51.100.7"], auth_username="acme", auth_password="right"
        )
        await add_rule(lk, trunk, room_config=agents)

    configured.ask(make)
    return configured


def test_an_accepted_caller_stands_in_the_room(line: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("right\n"))
    said = play(username="acme")
    assert "ACCEPT from 198.51.100.7" in said
    assert "agents   voxa-agent" in said
    assert "hangs up after 10 s. No real calls are made." in said
    room = next(row.split()[1] for row in said.splitlines() if row.startswith("room"))
    assert f"sip_{CALLER}" in [one.identity for one in line.ask(lambda lk: participants_now(lk, room))]
    assert "right" not in said + "".join(line.lines)


def test_a_dropped_call_says_why(line: SandboxServer) -> None:
    with pytest.raises(CommandError, match=r"^DROP from 203\.0\.113\.9: Trunk ST_\w+ \(in\) takes no calls from"):
        play(source_ip="203.0.113.9")


def test_a_source_that_is_no_address_is_refused(line: SandboxServer) -> None:
    with pytest.raises(CommandError, match="The sandbox rejected the request: 'nowhere' does not appear"):
        play(source_ip="nowhere")


def test_another_key_is_refused(configured: SandboxServer, settings: Any) -> None:
    settings.LIVEKIT_API_KEY = "another"
    with pytest.raises(CommandError, match="The sandbox rejected the request: invalid API key"):
        play()


def test_without_a_sandbox_it_says_what_to_start(settings: Any, configured: SandboxServer) -> None:
    configured.stop()
    with pytest.raises(CommandError, match="does not respond"):
        play()
    settings.LIVEKIT_URL = ""
    with pytest.raises(CommandError, match="Start `make run`"):
        play()


@pytest.mark.live
def test_a_real_server_is_left_alone(settings: Any, configured: SandboxServer, livekit_server: LiveKitServer) -> None:
    settings.LIVEKIT_URL = livekit_server.url
    with pytest.raises(CommandError, match="is not a sandbox"):
        play()
